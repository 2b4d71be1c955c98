import { catalogue } from '../../src/publish/catalogue.ts'
import { claimed, judged, stale, staleRate, uncovered } from './figures.ts'
import type { DashboardPlan } from './frame.ts'
import { colours, lines, stat, words } from './panels.ts'
import { increase, maxBy, rate, ratio, series, sincePoint, sumBy, wilson } from './promql.ts'
import { details } from './scenario-details.ts'
import { matrix } from './tables.ts'
import { arms, job, lookBack, oneScenario } from './variables.ts'

const percent = 'percentunit'
const by = ['scenario'] as const
const chosenArms = { arm: '$arm' } as const

const withInterval = (part: string, whole: string) => [
  { expr: ratio(part, whole), legend: 'rate' },
  { expr: wilson('low', part, whole), legend: 'from', plain: true },
  { expr: wilson('high', part, whole), legend: 'to', plain: true },
]
const lastOf = (metric: typeof catalogue.lastFinding) =>
  `1000 * max by (finding) (max_over_time(${series(metric)}[$__range]))`
const noneYet = `label_replace(0 * max(${series(catalogue.runs)}), "finding", "none", "", "")`
const perRead = (suffix: '_sum' | '_count') => sumBy(['arm'], rate(series(catalogue.readDuration, chosenArms, suffix)))

export const scenario: DashboardPlan = {
  uid: 'hopwatch-scenario',
  title: 'hopwatch: scenario',
  about: 'One journey: what came back, with which token, in which arm, at what cost.',
  variables: [job(), oneScenario(), arms(), lookBack()],
  rows: [
    {
      height: 4,
      panels: [
        stat(
          {
            id: 1,
            title: 'Stale reads, 95 % interval',
            means:
              'Stale or missing reads as a share of the judged ones where the token is carried, with the interval that so many reads allow (Wilson).',
            act: 'Amber or red: look at the matrix below for the token that went with the stale reads. "to" too high for your objective: more reads are needed, not a mend.',
            width: 6,
            page: 'runbooks/hopwatch-stale-read-burn-rate.md',
            unit: percent,
            decimals: 2,
            limits: { amber: 1e-6, red: 0.01 },
            empty: 'no reads judged yet',
          },
          withInterval(stale(by), judged(by)),
        ),
        stat(
          {
            id: 2,
            title: 'Token loss, 95 % interval',
            means:
              'Reads whose token did not cover the write, as a share of the reads that had a claim, where the token is carried.',
            act: 'Above 0: the carries below name the hop pair and the carrier.',
            width: 6,
            page: 'runbooks/hopwatch-token-loss-regression.md',
            unit: percent,
            decimals: 2,
            limits: { amber: 1e-6, red: 0.01 },
            empty: 'no reads with a claim yet',
          },
          withInterval(uncovered(by), claimed(by)),
        ),
        stat(
          {
            id: 3,
            title: 'What the token is worth',
            means:
              'Stale rate where the token is withheld minus the rate where it is carried, since the scenario was loaded, with its 95 % interval.',
            act: 'An interval that reaches 0 proves nothing yet: wait, or give the control arm a greater share. Absent: nothing was stale without the token, or nothing is withheld.',
            width: 6,
            page: 'runbooks/hopwatch-control-shows-nothing.md',
            unit: percent,
            decimals: 1,
            limits: { plain: true },
            empty: 'not known: no control arm, or nothing stale in it',
          },
          [
            { bound: 'point', legend: 'worth' },
            { bound: 'low', legend: 'from' },
            { bound: 'high', legend: 'to' },
          ].map(({ bound, legend }) => ({ expr: maxBy([], series(catalogue.tokenProtection, { bound })), legend })),
        ),
        stat(
          {
            id: 4,
            title: 'Last finding',
            means:
              'When a run last ended with each kind of finding, within the time range chosen above: where the token is carried, and of canaries. What the control arm finds is not among them.',
            act: 'Find the run by GET /api/v1/runs?scenario=…&finding=…, and read there what each attempt carried.',
            width: 6,
            unit: 'dateTimeFromNow',
            mappings: [words({ 0: ['nothing found', colours.green] })],
            limits: { amber: 1 },
            empty: 'no runs yet',
            page: 'scenarios.md',
          },
          [{ expr: `${lastOf(catalogue.lastFinding)} or on () ${noneYet}`, legend: '{{finding}}' }],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        matrix(
          {
            id: 5,
            title: 'What came back, by the token that went',
            means:
              'Reads of the chosen arms, over the time that the tables look back. Rows: what came back. Columns: how the token on the wire stood to the one it should have been.',
            act: 'stale × intact: the service broke its promise. stale × dropped: the SDK gave the token up. stale × lost, behind, foreign, malformed: a hop lost it. fresh × those: it is being lost, and nobody has noticed.',
            width: 10,
            rows: 'verdict',
            columns: 'token',
            decimals: 0,
            limits: { plain: true },
            page: 'judgement.md',
          },
          `round(${sumBy(['verdict', 'token'], increase(series(catalogue.reads, chosenArms)))}) > 0`,
        ),
        lines(
          {
            id: 6,
            title: 'The same over time: verdict × token',
            means:
              'Reads a second of the chosen arms, by verdict and token state; combinations that did not occur are left out.',
            act: 'See when a combination other than "fresh × intact" began. In the control arm the others are there on purpose: choose the arm above.',
            width: 14,
            unit: 'ops',
            stacked: true,
            bars: true,
          },
          [
            {
              expr: `${sumBy(['verdict', 'token'], rate(series(catalogue.reads, chosenArms)))} > 0`,
              legend: '{{verdict}} × {{token}}',
            },
          ],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 7,
            title: 'Stale reads by arm',
            means: 'Stale or missing reads as a share of the judged ones, arm beside arm.',
            act: 'propagated should be 0 and control above it: that is what the token does. Both at 0: the journey is too slow to be stale. Both above: the token is not carried, or does not help.',
            width: 8,
            unit: percent,
            reaches: 0.05,
          },
          [{ expr: staleRate(['arm'], chosenArms, sincePoint), legend: '{{arm}}', exemplars: true }],
        ),
        lines(
          {
            id: 8,
            title: 'Request units a run by arm',
            means: 'What one run of the journey costs in each arm, its retries, polls and re-reads included.',
            act: 'A workaround that costs more than propagated is money that carrying the token saves. A control that costs more paid for re-reads after stale ones.',
            width: 8,
            unit: 'suffix: RU',
            decimals: 1,
          },
          [
            {
              expr: ratio(
                sumBy(['arm'], rate(series(catalogue.requestUnits, chosenArms))),
                sumBy(['arm'], rate(series(catalogue.runs, chosenArms))),
              ),
              legend: '{{arm}}',
            },
          ],
        ),
        lines(
          {
            id: 9,
            title: 'Waiting for a read by arm',
            means:
              'How long the application waits on average for what it wants to read. A poll counts from its start until the write shows.',
            act: 'propagated above control: the token makes the service wait for replication, which is the price of reading right. workaround above both: polling is slower than carrying.',
            width: 8,
            unit: 's',
          },
          [{ expr: ratio(perRead('_sum'), perRead('_count')), legend: '{{arm}}' }],
        ),
      ],
    },
    ...details,
  ],
}
