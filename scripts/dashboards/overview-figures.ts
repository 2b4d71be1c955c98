import { catalogue } from '../../src/publish/catalogue.ts'
import { carried, claimed, judged, stale, uncovered } from './figures.ts'
import type { Row } from './frame.ts'
import { requestUnits } from './overview-table.ts'
import { colours, stat, words } from './panels.ts'
import { increase, maxBy, series } from './promql.ts'

const by = ['scenario'] as const
/** A scenario may have but one of the two: an objective of 100 % switches an alarm off. */
const raised = () => {
  const [loss, stales] = [maxBy(by, series(catalogue.tokenLossAlarm)), maxBy(by, series(catalogue.staleReadAlarm))]
  return `(${loss} + ${stales} or ${loss} or ${stales}) > bool 0`
}
const howMany = (what: string, among: string): string => `sum((${what} > bool 0) and (${among} > 0))`

/** What one sees first. */
export const figures: Row = {
  height: 4,
  panels: [
    stat(
      {
        id: 1,
        title: 'Can users read what they wrote?',
        means:
          'Journeys with at least one stale or missing read where the session token is carried, over the time that the tables look back.',
        act: 'Anything but "yes": look at the first row of the table below, and open that scenario.',
        width: 5,
        page: 'runbooks/hopwatch-stale-read-burn-rate.md',
        mappings: [words({ 0: ['yes, everywhere', colours.green], 1: ['no: 1 journey reads stale', colours.red] })],
        limits: { red: 1 },
        unit: 'suffix: journeys read stale',
        empty: 'no reads judged yet',
      },
      [{ expr: howMany(stale(by), judged(by)) }],
    ),
    stat(
      {
        id: 2,
        title: 'Losing tokens',
        means:
          'Journeys in which a read went out without a token that covers the write, where it should be carried. Such a read is fresh only by luck.',
        act: 'Above 0: open the token flow, which shows the hop and the carrier that lose it. It is worth mending before a reader sees old data.',
        width: 3,
        page: 'runbooks/hopwatch-token-loss-regression.md',
        limits: { amber: 1 },
        empty: 'no reads judged yet',
      },
      [{ expr: howMany(uncovered(by), claimed(by)) }],
    ),
    stat(
      {
        id: 3,
        title: 'Broken promises',
        means:
          'Reads that carried the right token all the way and were stale all the same: the service itself broke the session guarantee.',
        act: 'Above 0: keep the run (its id is in /api/v1/runs?finding=broken-promise) and the account evidence, and open a support case with both.',
        width: 3,
        page: 'runbooks/hopwatch-broken-promise.md',
        limits: { red: 1 },
        decimals: 0,
        empty: 'no runs yet',
      },
      [{ expr: `sum(${increase(series(catalogue.findings, { ...carried, finding: 'broken-promise' }))})` }],
    ),
    stat(
      {
        id: 18,
        title: 'Alarms raised',
        means:
          'Journeys whose own sequential test of token loss or stale reads has raised its alarm: more than chance explains, at a bounded rate of false alarms.',
        act: 'Above 0: the log and the status page of hopwatch name the hop pair and the carrier. docs/alarm.md says how to read the evidence.',
        width: 3,
        page: 'runbooks/hopwatch-token-loss-alarm.md',
        decimals: 0,
        limits: { red: 1 },
        empty: 'no alarm kept',
      },
      [{ expr: `sum(${raised()})` }],
    ),
    stat(
      {
        id: 4,
        title: 'Reads judged',
        means: 'How many reads the figures of this page rest on. Few reads make wide intervals.',
        act: 'Far fewer than planned: see missed runs on "hopwatch itself". Too few to trust: let the tables look back further.',
        width: 3,
        page: 'runbooks/hopwatch-probe-blind.md',
        limits: { plain: true },
        unit: 'short',
        decimals: 0,
        empty: 'no reads judged yet',
      },
      [{ expr: `sum(${judged(by)})` }],
    ),
    stat(
      {
        id: 5,
        title: 'Request units',
        means:
          'What hopwatch itself costs the account, a second and a day, all arms together. Too little while hopwatch is younger than the time that the tables look back.',
        act: 'More than you want to pay: lower the scenarios\' budgets or make their periods longer. "Cost and capacity" shows which.',
        width: 4,
        limits: { plain: true },
        unit: 'short',
        decimals: 1,
      },
      [
        { expr: `sum(${requestUnits})`, legend: 'RU/s' },
        { expr: `86400 * sum(${requestUnits})`, legend: 'RU/day' },
      ],
    ),
    stat(
      {
        id: 6,
        title: 'Account',
        means:
          'Whether every account answered when it was last asked. While one does not, nothing on this page tells anything about it.',
        act: 'Down: check the endpoint, the network and the identity that hopwatch uses; its log says what the account answered.',
        width: 3,
        page: 'runbooks/hopwatch-target-down.md',
        mappings: [words({ 0: ['down', colours.red], 1: ['up', colours.green] })],
        limits: { red: 1, amber: 1, whenLow: true },
        empty: 'hopwatch reports nothing',
      },
      [{ expr: `min(${series(catalogue.targetUp)})` }],
    ),
  ],
}
