import { catalogue } from '../../src/publish/catalogue.ts'
import { burn, carried, lossRate, staleRate } from './figures.ts'
import type { Row } from './frame.ts'
import { cells, heat, lines } from './panels.ts'
import { increase, maxBy, quantileBy, rate, series, sincePoint, sumBy } from './promql.ts'

const by = ['scenario'] as const
const chosenArms = { arm: '$arm' } as const
const visibilityBuckets = rate(series(catalogue.visibility, {}, '_bucket'))

/** Behind the verdicts: how far behind, by which way, how slow, how often. */
export const details: readonly Row[] = [
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
          page: 'runbooks/hopwatch-read-latency.md',
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
          page: 'runbooks/hopwatch-session-retry-storm.md',
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
          width: 6,
          page: 'runbooks/hopwatch-probe-late.md',
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
          width: 6,
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
            "Each objective of the scenario's file against what was measured where the token is carried: 1 is the limit. Objectives below 0.1 % count as 0.1 %. The latency is the 95th percentile of the reads, as the alert HopwatchReadLatency takes it.",
          act: 'Above 1: the objective is being missed. `hopwatch check` tells whether chance explains it.',
          width: 6,
          decimals: 2,
          limits: { amber: 0.8, red: 1 },
          limitLines: true,
        },
        [
          { expr: burn(staleRate(by, carried, sincePoint), 'staleReads'), legend: 'stale reads' },
          { expr: burn(lossRate(by, carried, sincePoint), 'tokenLoss'), legend: 'token loss' },
          {
            expr: `${quantileBy(0.95, by, rate(series(catalogue.readDuration, carried, '_bucket')))} / ${maxBy(by, series(catalogue.objectiveP95))}`,
            legend: '95th percentile',
          },
        ],
      ),
      lines(
        {
          id: 19,
          title: 'Evidence of the alarms',
          means:
            'How near the two sequential tests of this journey are to their alarm: 0 no evidence, 1 raised, on a logarithmic scale.',
          act: 'See docs/alarm.md. Raised by token loss: the carries above name the hop pair. By stale reads alone, with tokens intact: the service.',
          width: 6,
          max: 1,
          decimals: 2,
          limits: { amber: 0.5, red: 1 },
          limitLines: true,
          page: 'alarm.md',
        },
        [
          { expr: maxBy([], series(catalogue.tokenLossEvidence)), legend: 'token loss' },
          { expr: maxBy([], series(catalogue.staleReadEvidence)), legend: 'stale reads' },
        ],
      ),
    ],
  },
]
