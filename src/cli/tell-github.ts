import { appendFile } from 'node:fs/promises'
import { scrub } from '../publish/scrub.ts'
import type { CheckReport, ScenarioReport } from './check-report.ts'
import { measuredText, objectiveLine } from './check-words.ts'
import type { Environment } from './settings.ts'

/**
 * In GitHub Actions: an annotation a failed scenario, and a table in the summary of the job. Elsewhere nothing. A summary that
 * cannot be written is said and changes no verdict.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export async function tellGithub(
  report: CheckReport,
  env: Environment,
  stderr: Pick<NodeJS.WriteStream, 'write'>,
): Promise<void> {
  if (env.GITHUB_ACTIONS !== 'true') return
  for (const scenario of report.scenarios)
    if (!scenario.isGood)
      stderr.write(`::error title=${property(`hopwatch ${scenario.scenario}`)}::${data(reasonsOf(scenario))}\n`)
  const summary = env.GITHUB_STEP_SUMMARY
  if (!summary) return
  await appendFile(summary, scrub(markdown(report))).catch(() =>
    stderr.write('the summary of the job cannot be written\n'),
  )
}

function reasonsOf({ objectives, remarks }: ScenarioReport): string {
  const missed = objectives.flatMap((result) =>
    result.status === 'broken' || result.status === 'unmeasured' ? [objectiveLine(result)] : [],
  )
  return [...missed, ...remarks].join('\n')
}

function markdown({ scenarios }: CheckReport): string {
  const rows = scenarios.flatMap((scenario) => [
    `| ${scenario.isGood ? 'pass' : '**FAIL**'} | ${cell(scenario.scenario)} | ${cell(scenario.objectives.map((result) => `${result.status}: ${measuredText(result)}`).join('; '))} |`,
  ])
  return `### hopwatch check\n\n| | scenario | objectives |\n|---|---|---|\n${rows.join('\n')}\n`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

const data = (text: string): string =>
  scrub(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
