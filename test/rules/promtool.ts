import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Scenario } from '../../src/domain/scenario.ts'
import { defaultRunbookUrl, printRules } from '../../src/publish/rules/print-rules.ts'
import type { RuleCase } from './cases.ts'
import { type Series, scenario } from './series.ts'

/** The gate sets it: what is missing there fails, and is not passed over. */
const mustHaveAll = process.env.HOPWATCH_REQUIRE_ALL_TESTS !== undefined
const isThere = (program: string): boolean => mustHaveAll || spawnSync(program, ['--version']).error === undefined
export const hasPromtool = isThere('promtool')
export const hasAmtool = isThere('amtool')

/** How often the test evaluates the rules, and how far apart the samples are. */
export interface Pace {
  readonly evaluate: string
  readonly sample: string
}

const alertsOfNoJourney = ['HopwatchDown', 'HopwatchTargetDown', 'HopwatchFiguresIncomplete']
const isOfAJourney = ({ alert }: RuleCase): boolean => !alertsOfNoJourney.includes(alert)

/** A journey for each case, so that promtool evaluates all of them at once: one by one they take minutes. */
const journeyOf = (index: number): string => `case-${index}`
const rename = (text: string, journey: string): string => text.replaceAll(`"${scenario}"`, `"${journey}"`)

const title = ({ alert, severity, when }: RuleCase): string => `${alert} (${severity}): ${when}`

function question({ alert, severity, afterMinutes, fires = [] }: RuleCase, journey: string | undefined) {
  const of = journey === undefined ? '' : `, scenario="${journey}"`
  const printed = (more: Readonly<Record<string, string>>) =>
    Object.entries({ alertname: alert, alertstate: 'firing', severity, ...more })
      .map(([label, value]) => `${label}="${value === scenario ? journey : value}"`)
      .join(', ')
  return {
    expr: `ALERTS{alertname="${alert}", alertstate="firing", severity="${severity}"${of}}`,
    eval_time: `${afterMinutes}m`,
    exp_samples: fires.map((more) => ({ labels: `ALERTS{${printed(more)}}`, value: 1 })),
  }
}

const inputs = ({ series }: RuleCase, journey: string) =>
  Object.entries(series).map(([name, values]) => ({ series: rename(name, journey), values }))

/** What promtool is to do: one test of all journeys, and one of each case that is of none. */
function testsOf(cases: readonly RuleCase[], { sample }: Pace, wellOff: Series | undefined) {
  const journeys = cases.map((each, index) => [each, journeyOf(index)] as const).filter(([each]) => isOfAJourney(each))
  return [
    {
      name: 'journeys',
      interval: sample,
      input_series: journeys
        .flatMap(([each, journey]) => inputs(each, journey))
        // Those of no journey are the same in each case.
        .filter(({ series }, index, all) => all.findIndex((other) => other.series === series) === index),
      promql_expr_test: journeys.map(([each, journey]) => question(each, journey)),
    },
    ...(wellOff === undefined ? [] : [quietTest(wellOff, sample)]),
    ...cases
      .filter((each) => !isOfAJourney(each))
      .map((each) => ({
        name: title(each),
        interval: sample,
        input_series: inputs(each, scenario),
        promql_expr_test: [question(each, undefined)],
      })),
  ]
}

/** No alert, of whatever name, is firing or about to. */
const quietTest = (series: Series, sample: string) => ({
  name: 'all is well',
  interval: sample,
  input_series: Object.entries(series).map(([name, values]) => ({ series: rename(name, journeyOf(0)), values })),
  promql_expr_test: ['1m', '5m', '25m'].map((time) => ({
    expr: `ALERTS{scenario="${journeyOf(0)}", alertname!="HopwatchProbeLate"} or ALERTS{scenario="", alertstate="firing"}`,
    eval_time: time,
    exp_samples: [],
  })),
})

export interface Outcome {
  readonly code: number | null
  readonly text: string
}

/** Runs `promtool test rules` with the rules of a journey like this one for each case. */
export function testCases(
  like: Scenario,
  cases: readonly RuleCase[],
  pace: Pace,
  /** Series at which every alert is to be quiet. */
  wellOff?: Series,
): Outcome {
  const ruled = cases.map((_, index) => ({ scenario: { ...like, name: journeyOf(index) }, periodMs: 1000 }))
  const outcome = testRules(printRules(ruled, { runbookUrl: defaultRunbookUrl }), testsOf(cases, pace, wellOff), pace)
  const text = outcome.text.replaceAll(/case-(\d+)/g, (name, index) => `${name} [${title(cases[Number(index)]!)}]`)
  return { ...outcome, text }
}

/** Runs `promtool test rules` on these rules. */
export function testRules(rules: string, tests: readonly object[], { evaluate }: Pace): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'hopwatch-rules-'))
  try {
    const file = join(folder, 'test.yaml')
    writeFileSync(join(folder, 'rules.yaml'), rules)
    const document = { rule_files: ['rules.yaml'], evaluation_interval: evaluate, tests }
    writeFileSync(file, stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }))
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' })
    return { code: status, text: `${stdout}${stderr}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What the alerts say that fire in this case: promtool prints what it did not expect, and here it expects nothing. */
export const saidIn = (rules: string, each: RuleCase, pace: Pace): string =>
  testRules(
    rules,
    [
      {
        interval: pace.sample,
        input_series: inputs(each, scenario),
        alert_rule_test: [{ alertname: each.alert, eval_time: `${each.afterMinutes}m`, exp_alerts: [] }],
      },
    ],
    pace,
  ).text
