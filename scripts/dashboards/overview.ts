import { catalogue } from '../../src/publish/catalogue.ts'
import { leastAllowedShare } from '../../src/publish/rules/thresholds.ts'
import { burn, carried, lossRate, staleRate, state } from './figures.ts'
import type { DashboardPlan } from './frame.ts'
import { figures } from './overview-figures.ts'
import { journeys, stateWords } from './overview-table.ts'
import { lines, timeline } from './panels.ts'
import { maxBy, quantileBy, rate, series, sincePoint, sumBy } from './promql.ts'
import { job, lookBack, scenarios } from './variables.ts'

const by = ['scenario'] as const
const percent = 'percentunit'

export const overview: DashboardPlan = {
  uid: 'hopwatch-overview',
  title: 'hopwatch: overview',
  about: 'Can users read what they have just written? One row a scenario, worst first.',
  variables: [job(), scenarios(), lookBack()],
  rows: [
    figures,
    {
      height: 10,
      panels: [journeys],
    },
    {
      height: 9,
      panels: [
        timeline(
          {
            id: 8,
            title: 'Each journey over time',
            means:
              'Green: every claim was kept. Amber: tokens were lost or dropped, and the reads were fresh by luck. Red: stale reads. Dark red: stale although the token was right.',
            act: 'See when it began, and compare with your deployments of that time.',
            width: 24,
            mappings: stateWords,
            limits: { amber: 1, red: 2 },
          },
          [{ expr: state(sincePoint), legend: '{{scenario}}' }],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 9,
            title: 'Stale reads where the token is carried',
            means: 'Stale or missing reads as a share of the judged ones, each journey.',
            act: 'Should be 0 throughout. A step up after a deployment: a hop no longer passes the token on, or reads with another client.',
            width: 8,
            page: 'runbooks/hopwatch-stale-read-burn-rate.md',
            unit: percent,
            reaches: 0.05,
            limits: { amber: 1e-6, red: 0.01 },
          },
          [{ expr: staleRate(by, carried, sincePoint), legend: '{{scenario}}', exemplars: true }],
        ),
        lines(
          {
            id: 10,
            title: 'Token loss where the token is carried',
            means:
              'Reads whose token on the wire did not cover the write, as a share of those that had a claim. It rises even while replication is fast enough to hide it.',
            act: 'Above 0: open the token flow. Mend it now, while nobody has seen old data.',
            width: 8,
            page: 'runbooks/hopwatch-token-loss-regression.md',
            unit: percent,
            reaches: 0.05,
            limits: { amber: 1e-6, red: 0.01 },
          },
          [{ expr: lossRate(by, carried, sincePoint), legend: '{{scenario}}' }],
        ),
        lines(
          {
            id: 11,
            title: 'What the token protects from',
            means: 'Stale reads where the token is withheld on purpose: what users would see if you lost it.',
            act: 'At 0 for long, the journey proves nothing about protection: let it read sooner after the write, or in a region further away.',
            width: 8,
            page: 'runbooks/hopwatch-control-shows-nothing.md',
            unit: percent,
            reaches: 0.05,
          },
          [{ expr: staleRate(by, { arm: 'control' }, sincePoint), legend: '{{scenario}}' }],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 12,
            title: 'Operations, 95th percentile',
            means:
              'How long the application waits, retries included, all arms. The dots are single runs; where traces are sent, they lead to the trace.',
            act: 'Slow everywhere: look at the account and the network. Slow in one journey: look for session retries and a far region.',
            width: 8,
            page: 'runbooks/hopwatch-read-latency.md',
            unit: 's',
          },
          [
            {
              expr: quantileBy(0.95, by, rate(series(catalogue.operationDuration, {}, '_bucket'))),
              legend: '{{scenario}}',
              exemplars: true,
            },
          ],
        ),
        lines(
          {
            id: 13,
            title: 'Request units',
            means: 'What each journey costs a second, all arms together.',
            act: 'A rise without more runs is retries, polls or dearer queries: see "Cost and capacity".',
            width: 8,
            stacked: true,
            unit: 'RU/s',
          },
          [{ expr: sumBy(by, rate(series(catalogue.requestUnits))), legend: '{{scenario}}' }],
        ),
        lines(
          {
            id: 14,
            title: 'Retries of the SDK by reason',
            means:
              'Tries that the SDK repeated on its own, a second, all arms. Session: the region could not serve the token in time, and the SDK may have gone on without it.',
            act: 'A storm of session retries: replication is behind, or tokens are ahead of the account (restored, failed over). Throttle: more throughput or fewer runs.',
            width: 8,
            page: 'runbooks/hopwatch-session-retry-storm.md',
            stacked: true,
            unit: 'ops',
          },
          [{ expr: sumBy(['reason'], rate(series(catalogue.retries))), legend: '{{reason}}' }],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 15,
            title: 'Burn of the stale-read objective',
            means: `How fast the journey spends what its objective allows: 1 spends exactly that. An objective below ${leastAllowedShare * 100} % counts as ${leastAllowedShare * 100} %.`,
            act: 'Above 1 for long, the objective will be missed; at 14 what a month allows is gone in two days.',
            width: 6,
            limits: { amber: 1, red: 14 },
            limitLines: true,
            decimals: 1,
          },
          [{ expr: burn(staleRate(by, carried, sincePoint), 'staleReads'), legend: '{{scenario}}' }],
        ),
        lines(
          {
            id: 19,
            title: 'Evidence of token loss',
            means:
              'How near the sequential test of each journey is to its alarm: 0 no evidence, 1 raised. The scale is logarithmic: each lost token lifts it, each run without loss lowers it.',
            act: 'A slow climb is a rare loss: look at the carries of that journey before the alarm is raised.',
            width: 6,
            max: 1,
            decimals: 2,
            limits: { amber: 0.5, red: 1 },
            limitLines: true,
            page: 'alarm.md',
          },
          [{ expr: maxBy(by, series(catalogue.tokenLossEvidence)), legend: '{{scenario}}' }],
        ),
        lines(
          {
            id: 16,
            title: 'Findings by kind, where the token is carried',
            means:
              'What reads and tokens meant together, a second, without "kept". See docs/scenarios.md for each word.',
            act: 'Look up the word: token-loss is a hop of yours, silent-downgrade the SDK after a late region, broken-promise the service.',
            width: 6,
            stacked: true,
            unit: 'ops',
            page: 'scenarios.md',
          },
          [
            {
              expr: sumBy(['finding'], rate(series(catalogue.findings, { ...carried, finding: { not: ['kept'] } }))),
              legend: '{{finding}}',
            },
          ],
        ),
        lines(
          {
            id: 17,
            title: 'Runs by result',
            means:
              'Runs a second over all journeys: kept, found (something other than kept, in the control arm on purpose), failed, undetermined, abandoned, crashed.',
            act: 'Failed: the account refuses or does not answer. Abandoned: runs exceed their deadline. Crashed: a defect of hopwatch, please report it.',
            width: 6,
            stacked: true,
            unit: 'ops',
          },
          [{ expr: sumBy(['result'], rate(series(catalogue.runs))), legend: '{{result}}' }],
        ),
      ],
    },
  ],
}
