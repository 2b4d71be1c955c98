import colors from 'picocolors'
import { type Prices, plannedLosses, type ScenarioPlan } from '../domain/plan/plan-scenario.ts'
import { table } from './table.ts'

export const planFormats = ['table', 'json'] as const
export type PlanFormat = (typeof planFormats)[number]

export interface PlanReport {
  readonly basis: { readonly measuredOn: 'embedded simulator'; readonly runsEach: number; readonly seed: number }
  readonly falseAlarmEveryMs: number
  readonly prices: Prices & { readonly areDefaults: boolean }
  /** Request units a second that all scenarios together may spend on one account; undefined: no common limit. */
  readonly commonBudget: number | undefined
  readonly scenarios: readonly ScenarioPlan[]
}

export const printPlan = (report: PlanReport, format: PlanFormat): string =>
  format === 'json' ? `${JSON.stringify({ ...report, total: totalOf(report) }, null, 2)}\n` : printTable(report)

/** Of all scenarios together. */
function totalOf({ scenarios }: PlanReport) {
  const sum = (of: (plan: ScenarioPlan) => number | undefined) =>
    scenarios.reduce((total, plan) => total + (of(plan) ?? 0), 0)
  return {
    runsADay: sum((plan) => plan.runsADay),
    readsADay: sum((plan) => plan.readsADay),
    requestUnitsPerSecond: sum(({ requestUnits }) => requestUnits?.perSecond),
    requestUnitsPerDay: sum(({ requestUnits }) => requestUnits?.perDay),
    costProvisioned: sum(({ requestUnits }) => requestUnits?.cost.provisioned),
    costServerless: sum(({ requestUnits }) => requestUnits?.cost.serverless),
  }
}

function printTable(report: PlanReport): string {
  const total = totalOf(report)
  const spending = table(
    ['scenario', 'runs/day', 'reads/day', 'RU/run', 'RU/s', 'of budget', 'RU/day', 'provisioned/day', 'serverless/day'],
    [
      ...report.scenarios.map(spendingRow),
      [
        'together',
        whole(total.runsADay),
        whole(total.readsADay),
        '',
        figure(total.requestUnitsPerSecond),
        '',
        whole(total.requestUnitsPerDay),
        money(total.costProvisioned),
        money(total.costServerless),
      ],
    ],
    1,
  )
  const detection = table(
    ['tokens lost', ...plannedLosses.map((loss) => `${loss * 100} %`)],
    report.scenarios.map(({ scenario, detection: found }) => [
      scenario,
      ...plannedLosses.map((loss) => time(found?.find((each) => each.loss === loss)?.afterMs)),
    ]),
    1,
  )
  const remarks = [
    ...report.scenarios.flatMap(({ scenario, remarks: own }) => own.map((remark) => `${scenario}: ${remark}`)),
    ...commonBudgetRemark(report, total.requestUnitsPerSecond),
  ]
  const notes = remarks.map((remark) => `${colors.yellow('note')}  ${remark}\n`).join('')
  return `${spending}\n\nNoticed by the alarm within, on average, after\n${detection}\n\n${notes}${notes === '' ? '' : '\n'}${basis(report)}`
}

const spendingRow = ({ scenario, runsADay, readsADay, requestUnits }: ScenarioPlan): string[] => [
  scenario,
  whole(runsADay),
  whole(readsADay),
  ...(requestUnits === undefined
    ? ['–', '–', '–', '–', '–', '–']
    : [
        figure(requestUnits.perRun),
        figure(requestUnits.perSecond),
        requestUnits.budgetShare === undefined ? '–' : `${Math.round(requestUnits.budgetShare * 100)} %`,
        whole(requestUnits.perDay),
        money(requestUnits.cost.provisioned),
        money(requestUnits.cost.serverless),
      ]),
]

function commonBudgetRemark({ commonBudget }: PlanReport, perSecond: number): string[] {
  if (commonBudget === undefined || perSecond <= commonBudget) return []
  return [
    `together they ask for ${figure(perSecond)} RU/s, and the common budget of an account is ${commonBudget}: where they share one, runs are left out`,
  ]
}

function basis({ basis: { runsEach, seed }, falseAlarmEveryMs, prices }: PlanReport): string {
  const { perHundredAnHour, perMillion, regions, areDefaults } = prices
  const flagged = areDefaults
    ? 'These prices are a guess (often quoted in US dollars): give yours (--price-per-hour-100ru, --price-per-million-ru).\n'
    : ''
  return (
    `Request units: measured in ${runsEach} runs of each scenario on the embedded simulator (seed ${seed}), whose charges\n` +
    `follow Microsoft's documented ones; on your account look at hopwatch_request_units_total. A read that turns out stale is\n` +
    `repeated, and costs more.\n` +
    `Cost: ${perHundredAnHour} for 100 RU/s an hour in each of ${regions} ${regions === 1 ? 'region' : 'regions'}, as a share of provisioned throughput;\n` +
    `${perMillion} for a million RU, serverless.\n${flagged}` +
    `Noticing: simulated, with at most one false alarm of a scenario in ${time(falseAlarmEveryMs)}, from the first run that may lose\n` +
    `its token.\n`
  )
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-GB')
const figure = (value: number): string => value.toFixed(value < 10 ? 2 : 1)
const money = (value: number): string => value.toFixed(value < 1 ? 4 : 2)

const units: readonly (readonly [name: string, ms: number])[] = [
  ['days', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
]

/** To two figures: it is a mean of simulated runs. */
function time(ms: number | undefined): string {
  if (ms === undefined) return 'never'
  const [name, size] = units.find(([, least]) => ms >= least * 1.5) ?? (['s', 1000] as const)
  const value = ms / size
  return `${Number(value >= 100 ? value.toFixed(0) : value.toPrecision(2))} ${name}`
}
