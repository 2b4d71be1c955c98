import { catalogue } from '../../src/publish/catalogue.ts'
import { staleRate } from './figures.ts'
import { type DashboardPlan, toScenario } from './frame.ts'
import { bars, lines, stat } from './panels.ts'
import { increase, maxBy, quantileBy, rate, ratio, series, sincePoint, sumBy, window } from './promql.ts'
import { type Column, table } from './tables.ts'
import { arms, job, lookBack, scenarios } from './variables.ts'

const by = ['scenario'] as const
const chosenArms = { arm: '$arm' } as const
const units = (over: string, arm: string) => rate(series(catalogue.requestUnits, { arm }), over)
const perSecond = sumBy(by, units(window, '$arm'))
const runsOf = (arm: string, over: string) => sumBy(by, rate(series(catalogue.runs, { arm }), over))
const perRun = (arm: string, over: string = window): string => ratio(sumBy(by, units(over, arm)), runsOf(arm, over))
const waiting = (arm: string): string => {
  const figure = (suffix: '_sum' | '_count') => sumBy(by, rate(series(catalogue.readDuration, { arm }, suffix), window))
  return ratio(figure('_sum'), figure('_count'))
}
const throttled = { reason: 'throttle' } as const
const runUnits = { unit: 'short', decimals: 1, pixels: 105 } as const
const none = { empty: '–' } as const

const columns: readonly Column[] = [
  { name: 'RU/s', expr: perSecond, decimals: 1, pixels: 70 },
  { name: 'RU/day', expr: `86400 * ${perSecond}`, unit: 'short', pixels: 85 },
  {
    name: 'Of budget',
    expr: maxBy(by, series(catalogue.budgetRatio)),
    unit: 'percentunit',
    decimals: 0,
    limits: { amber: 0.8, red: 1 },
    pixels: 90,
    empty: 'no budget',
  },
  { name: 'Carried, RU a run', expr: perRun('propagated'), ...runUnits, pixels: 140 },
  { name: 'Withheld, RU a run', expr: perRun('control'), ...runUnits, ...none, pixels: 150 },
  { name: 'Workaround, RU a run', expr: perRun('workaround'), ...runUnits, ...none, pixels: 165 },
  {
    name: 'Token saves',
    expr: `1 - ${perRun('propagated')} / (${perRun('workaround')})`,
    unit: 'percentunit',
    decimals: 0,
    ...none,
    pixels: 100,
  },
  { name: 'Carried, wait', expr: waiting('propagated'), unit: 's', pixels: 110 },
  { name: 'Workaround, wait', expr: waiting('workaround'), unit: 's', ...none, pixels: 140 },
  {
    name: 'Stale if withheld',
    expr: staleRate(by, { arm: 'control' }),
    unit: 'percentunit',
    decimals: 1,
    ...none,
    pixels: 130,
  },
]

export const cost: DashboardPlan = {
  uid: 'hopwatch-cost',
  title: 'hopwatch: cost and capacity',
  about: 'What the probes cost, whether the account has room for them, and what carrying the token saves.',
  variables: [job(), scenarios(), arms(), lookBack()],
  rows: [
    {
      height: 4,
      panels: [
        stat(
          {
            id: 1,
            title: 'Request units',
            means: 'What the chosen journeys and arms cost, retries and re-reads included.',
            act: 'Compare with what the account has: a few percent of its throughput is a probe, more is a load.',
            width: 8,
            unit: 'short',
            decimals: 1,
            limits: { plain: true },
          },
          [
            { expr: `sum(${units(window, '$arm')})`, legend: 'RU/s' },
            { expr: `86400 * sum(${units(window, '$arm')})`, legend: 'RU/day' },
          ],
        ),
        stat(
          {
            id: 2,
            title: 'Most of a budget used',
            means:
              'The largest share that a journey spends of the request units a second that its file allows, over the last 5 minutes.',
            act: 'Near 100 %: runs are about to be missed for reason budget. Raise the budget, or make the period longer.',
            width: 5,
            page: 'runbooks/hopwatch-request-unit-budget.md',
            unit: 'percentunit',
            decimals: 0,
            limits: { amber: 0.8, red: 1 },
            empty: 'no scenario declares a budget',
          },
          [{ expr: `max(${series(catalogue.budgetRatio)})` }],
        ),
        stat(
          {
            id: 3,
            title: 'Throttled tries',
            means:
              'Tries that the account answered with 429 and the SDK repeated, over the time that the tables look back. A hop without retries has none: see the runs let through.',
            act: 'Above 0: the container is short of throughput, for your users as well. See which journey below, and az cosmosdb sql container throughput show.',
            width: 5,
            page: 'runbooks/hopwatch-throttled.md',
            decimals: 0,
            limits: { amber: 0.5, red: 100 },
          },
          [{ expr: `sum(${increase(series(catalogue.retries, { ...chosenArms, ...throttled }))})` }],
        ),
        stat(
          {
            id: 4,
            title: 'What the token saves',
            means:
              'Request units that a run spends less where the token is carried than where a workaround polls or reads stronger, over all journeys that have such an arm.',
            act: 'The larger, the better the reason to carry the token in place of the workaround.',
            width: 6,
            unit: 'percentunit',
            decimals: 0,
            limits: { plain: true },
            empty: 'no scenario here has a workaround arm',
          },
          [{ expr: `1 - sum(${perRun('propagated')} and (${perRun('workaround')})) / sum(${perRun('workaround')})` }],
        ),
      ],
    },
    {
      height: 9,
      panels: [
        table(
          {
            id: 5,
            title: 'Journeys, dearest first',
            means:
              'What each journey costs, and what a run costs in each arm. Token saves: what a run with the token spends less than one with the workaround. Wait: on average until the application has what it reads.',
            act: 'Of budget above 80 %: give it more, or run it less often. Withheld dearer than carried: that is the price of the re-reads after stale reads.',
            width: 24,
            page: 'dashboards/README.md',
            key: 'scenario',
            keyName: 'Scenario',
            worstFirst: 'RU/s',
            link: toScenario,
          },
          columns,
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 6,
            title: 'By scenario',
            means: 'Request units a second of the chosen arms, each journey.',
            act: 'One that rises alone: more retries or polls, or dearer queries. See it by operation.',
            width: 8,
            unit: 'RU/s',
            stacked: true,
          },
          [{ expr: sumBy(by, units(sincePoint, '$arm')), legend: '{{scenario}}' }],
        ),
        lines(
          {
            id: 7,
            title: 'By arm',
            means: 'Request units a second by arm: the journey as it is, and the comparisons beside it.',
            act: 'The comparisons cost more than they are worth: lower their shares in the scenario files.',
            width: 8,
            unit: 'RU/s',
            stacked: true,
          },
          [{ expr: sumBy(['arm'], units(sincePoint, '$arm')), legend: '{{arm}}' }],
        ),
        lines(
          {
            id: 8,
            title: 'By operation',
            means: 'Request units a second by kind of operation.',
            act: 'Queries above points: read by id and partition key where you can. A cross-partition query is the dearest way to look for one document.',
            width: 8,
            unit: 'RU/s',
            stacked: true,
          },
          [{ expr: sumBy(['operation'], units(sincePoint, '$arm')), legend: '{{operation}}' }],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        bars(
          {
            id: 9,
            title: 'Budgets',
            means: "Request units a second over the last 5 minutes, as a share of what the scenario's file allows.",
            act: 'At 100 % hopwatch leaves out runs (missed for reason budget) rather than spend more.',
            width: 8,
            page: 'runbooks/hopwatch-request-unit-budget.md',
            unit: 'percentunit',
            decimals: 0,
            max: 1,
            limits: { amber: 0.8, red: 1 },
            empty: 'no scenario declares a budget',
          },
          [{ expr: maxBy(by, series(catalogue.budgetRatio)), legend: '{{scenario}}' }],
        ),
        lines(
          {
            id: 10,
            title: 'Throttling',
            means: 'Tries that were answered with 429 and repeated, a second, by journey.',
            act: 'The container lacks throughput or has a hot partition: az monitor metrics list --metric NormalizedRUConsumption shows which.',
            width: 8,
            page: 'runbooks/hopwatch-throttled.md',
            unit: 'ops',
          },
          [
            {
              expr: sumBy(by, rate(series(catalogue.retries, { ...chosenArms, ...throttled }))),
              legend: '{{scenario}}',
            },
          ],
        ),
        lines(
          {
            id: 11,
            title: 'Runs let through, and missed for want of request units',
            means:
              'The share of the planned runs that hopwatch lets start after 429s (1: all), and the runs a second that it left out because of a budget or 429s.',
            act: 'Below 1 for long: the account has no room for the probes. More throughput, or longer periods.',
            width: 8,
          },
          [
            { expr: `min(${series(catalogue.admittedRuns)})`, legend: 'smallest share let through' },
            { expr: `sum(${rate(series(catalogue.runsMissed, { reason: 'budget' }))})`, legend: 'missed a second' },
          ],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 12,
            title: 'Workaround against token: request units a run',
            means: 'Journeys that have a workaround arm: what a run costs with the token, and with the workaround.',
            act: 'The gap, times your own calls, is what carrying the token would save you.',
            width: 12,
            unit: 'suffix: RU',
            decimals: 1,
            empty: 'no scenario here has a workaround arm',
          },
          [
            {
              expr: `${perRun('propagated', sincePoint)} and (${perRun('workaround', sincePoint)})`,
              legend: '{{scenario}}: token',
            },
            { expr: perRun('workaround', sincePoint), legend: '{{scenario}}: workaround' },
          ],
        ),
        lines(
          {
            id: 13,
            title: 'Workaround against token: until the write shows',
            means:
              '95th percentile of a poll from its start to the answer that showed the write, and of the reading operations of the same journeys.',
            act: 'A poll that takes longer than a read with the token costs your users time as well as request units.',
            width: 12,
            unit: 's',
            empty: 'nothing polls here',
          },
          [
            {
              expr: quantileBy(0.95, by, rate(series(catalogue.pollShown, { arm: 'workaround' }, '_bucket'))),
              legend: '{{scenario}}: poll',
            },
            {
              expr: `${quantileBy(0.95, by, rate(series(catalogue.readDuration, { arm: 'propagated' }, '_bucket')))} and on (scenario) ${sumBy(by, series(catalogue.pollShown, { arm: 'workaround' }, '_count'))}`,
              legend: '{{scenario}}: read with the token',
            },
          ],
        ),
      ],
    },
  ],
}
