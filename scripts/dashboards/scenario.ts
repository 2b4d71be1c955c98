import { catalogue } from '../../src/publish/catalogue.ts'
import { burn, carried, claimed, judged, lossRate, stale, staleRate, uncovered } from './figures.ts'
import type { DashboardPlan } from './frame.ts'
import { cells, colours, heat, lines, stat, words } from './panels.ts'
import { increase, maxBy, quantileBy, rate, ratio, series, sincePoint, sumBy, wilson } from './promql.ts'
import { matrix } from './tables.ts'
import { arms, job, lookBack, oneScenario } from './variables.ts'

const percent = 'percentunit'
const by = ['scenario'] as const
const chosenArms = { arm: '$arm' } as const

const withInterval = (part: string, whole: string) => [
  { expr: ratio(part, whole), legend: 'rate' },
  { expr: wilson('low', part, whole), legend: 'from' },
  { expr: wilson('high', part, whole), legend: 'to' },
]
const lastOf = (metric: typeof catalogue.lastFinding) =>
  `1000 * max by (finding) (max_over_time(${series(metric)}[$__range]))`
const noneYet = `label_replace(0 * max(${series(catalogue.runs)}), "finding", "none", "", "")`
const visibilityBuckets = rate(series(catalogue.visibility, {}, '_bucket'))
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
            act: 'Red: look at the matrix below for the token that went with the stale reads. "to" too high for your objective: more reads are needed, not a mend.',
            width: 6,
            unit: percent,
            decimals: 2,
            limits: { red: 0.01 },
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
            unit: percent,
            decimals: 2,
            limits: { red: 0.01 },
            empty: 'no reads with a claim yet',
          },
          withInterval(uncovered(by), claimed(by)),
        ),
        stat(
          {
            id: 3,
            title: 'What the token is worth',
            means:
              'Stale rate where the token is withheld minus the rate where it is carried, since hopwatch started, with its 95 % interval.',
            act: 'An interval that reaches 0 proves nothing yet: wait, or give the control arm a greater share. Absent: nothing was stale without the token, or nothing is withheld.',
            width: 6,
            unit: percent,
            decimals: 1,
            limits: { plain: true },
            empty: 'not known: no control arm, or nothing stale in it',
          },
          [{ expr: maxBy(['bound'], series(catalogue.tokenProtection)), legend: '{{bound}}' }],
        ),
        stat(
          {
            id: 4,
            title: 'Last finding, where the token is carried',
            means: 'When a run last ended with each kind of finding, within the time range chosen above.',
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
          },
          [{ expr: staleRate(['arm'], chosenArms, sincePoint), legend: '{{arm}}' }],
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
    {
      height: 8,
      panels: [
        heat(
          {
            id: 10,
            title: 'Versions behind',
            means:
              'How many versions the judged reads of the chosen arms lay behind the newest write; the lowest row is fresh.',
            act: 'Many versions behind is long replication or a token from long ago: compare with the visibility beside it.',
            width: 8,
            unit: 'short',
          },
          sumBy(['le'], increase(series(catalogue.versionsBehind, chosenArms, '_bucket'), sincePoint)),
        ),
        heat(
          {
            id: 11,
            title: 'Until a write showed',
            means:
              'After a stale read: from the acknowledgement of the write to the first answer that showed it, every region pair together.',
            act: "This is how long a user without the token sees old data. Growing: replication is behind, look at the account's regions.",
            width: 8,
            unit: 's',
          },
          sumBy(['le'], increase(series(catalogue.visibility, {}, '_bucket'), sincePoint)),
        ),
        cells(
          {
            id: 12,
            title: 'Until a write showed, by region pair',
            means:
              'The same as 95th percentile: one row a pair, written in the first region and read in the second. Empty cells: nothing was stale between them.',
            act: 'One slow row: that region lags. All slow: the write region or its network.',
            width: 8,
            unit: 's',
            limits: { amber: 0.25, red: 2.5 },
            empty: 'nothing was stale',
          },
          [
            {
              expr: quantileBy(0.95, ['write_region', 'region'], visibilityBuckets),
              legend: '{{write_region}} → {{region}}',
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
            id: 13,
            title: 'Carries by hop pair, and what arrived',
            means:
              'How often the token was carried from hop to hop in the chosen arms, a second, by what arrived of what was sent.',
            act: 'Anything but "intact" in the arm propagated: that hop pair and carrier lose it. "behind" is an older token, "malformed" a cut one, "foreign" another partition\'s.',
            width: 8,
            unit: 'ops',
            stacked: true,
            page: 'carriers.md',
          },
          [
            {
              expr: `${sumBy(['from', 'to', 'carrier', 'token'], rate(series(catalogue.tokenCarries, chosenArms)))} > 0`,
              legend: '{{from}} → {{to}} ({{carrier}}): {{token}}',
            },
          ],
        ),
        lines(
          {
            id: 14,
            title: 'Operations, 95th percentile by hop',
            means:
              'How long the application waits for each operation, retries included, all arms. The dots are single runs; where traces are sent, they lead to the trace.',
            act: 'Click a dot high up and look at the attempts of that run: a session retry, a throttle, another region.',
            width: 8,
            unit: 's',
          },
          [
            {
              expr: quantileBy(0.95, ['hop', 'operation'], rate(series(catalogue.operationDuration, {}, '_bucket'))),
              legend: '{{hop}} {{operation}}',
              exemplars: true,
            },
          ],
        ),
        lines(
          {
            id: 15,
            title: 'Retries of the SDK by reason',
            means: 'Tries that the SDK repeated on its own in the chosen arms, a second.',
            act: 'session: the region was behind the token, and the SDK may have read without it. throttle: the container is short of throughput. endpoint, timeout, connection: the network.',
            width: 8,
            unit: 'ops',
            stacked: true,
          },
          [{ expr: sumBy(['reason'], rate(series(catalogue.retries, chosenArms))), legend: '{{reason}}' }],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 16,
            title: 'Runs by result, and runs missed',
            means: 'Runs a second by how they ended; "missed" are planned ones that did not happen, by reason.',
            act: 'missed overlap: a longer period, or a shorter journey. missed budget: the request-unit budget or 429s. missed late: hopwatch lacks processor. failed: see the account.',
            width: 8,
            unit: 'ops',
          },
          [
            { expr: sumBy(['result'], rate(series(catalogue.runs, chosenArms))), legend: '{{result}}' },
            { expr: sumBy(['reason'], rate(series(catalogue.runsMissed))), legend: 'missed: {{reason}}' },
          ],
        ),
        lines(
          {
            id: 17,
            title: 'Session guarantees violated',
            means:
              "Reads that show a guarantee violated over their run's history, in the arms that carry the token, a second.",
            act: 'Above 0: GET /api/v1/runs/{id} shows the two or three operations that prove it.',
            width: 8,
            unit: 'ops',
            page: 'judgement.md',
          },
          [
            {
              expr: sumBy(['guarantee'], rate(series(catalogue.guaranteeViolations))),
              legend: '{{guarantee}}',
            },
          ],
        ),
        lines(
          {
            id: 18,
            title: 'Objectives: how much is used',
            means:
              "Each objective of the scenario's file against what was measured where the token is carried: 1 is the limit. Objectives below 0.1 % count as 0.1 %. The latency is that of the slowest reading hop.",
            act: 'Above 1: the objective is being missed. `hopwatch check` tells whether chance explains it.',
            width: 8,
            decimals: 2,
            limits: { amber: 0.8, red: 1 },
            limitLines: true,
          },
          [
            { expr: burn(staleRate(by, carried, sincePoint), 'staleReads'), legend: 'stale reads' },
            { expr: burn(lossRate(by, carried, sincePoint), 'tokenLoss'), legend: 'token loss' },
            {
              expr: `${maxBy(by, series(catalogue.operationQuantile, { quantile: '0.95' }))} / ${maxBy(by, series(catalogue.objectiveP95))}`,
              legend: '95th percentile',
            },
          ],
        ),
      ],
    },
  ],
}
