import { stringify } from 'yaml'
import { kebabName, type RuleGroup } from './rule.ts'
import { rulesFor } from './rules.ts'
import type { RuledScenario } from './thresholds.ts'

export interface PrintOptions {
  /** Before the page's name, without a slash at its end. */
  readonly runbookUrl: string
}

export const defaultRunbookUrl = 'docs/runbooks'

/** A rule file as Prometheus reads it. */
export function printRules(scenarios: readonly RuledScenario[], { runbookUrl }: PrintOptions): string {
  const names = scenarios.map(({ scenario }) => scenario.name)
  return `# Prometheus rules for ${names.join(', ')}.
# Made by "hopwatch rules" from the objectives in the scenario files: change those, and make it anew.
# The rates expect hopwatch to be scraped every 30 s or more often.
${stringify({ groups: rulesFor(scenarios).map((group) => printGroup(group, runbookUrl)) }, { lineWidth: 0 })}`
}

const printGroup = ({ name, interval, rules }: RuleGroup, runbookUrl: string) => ({
  name,
  interval,
  rules: rules.map((rule) => {
    if ('record' in rule) return { record: rule.record, expr: rule.expr, ...(rule.labels && { labels: rule.labels }) }
    const { alert, expr, severity } = rule
    return {
      alert: alert.name,
      expr,
      ...(rule.for !== undefined && { for: rule.for }),
      labels: { severity },
      annotations: {
        summary: alert.summary,
        description: alert.description,
        runbook_url: `${runbookUrl}/${kebabName(alert.name)}.md`,
      },
    }
  }),
})
