import { catalogue } from '../../src/publish/catalogue.ts'
import type { DashboardPlan } from './frame.ts'
import { colours, lines, stat, timeline, words } from './panels.ts'
import { increase, quantileBy, rate, series, sumBy } from './promql.ts'
import { infoTable } from './tables.ts'
import { job, lookBack, scenarios } from './variables.ts'

/** Of the process, as prom-client and Prometheus itself name them: `docs/metrics.md` says so, the catalogue has only our own. */
const ofProcess = (name: string, more = ''): string => `${name}{job=~"$job"${more}}`
/** OpenTelemetry only where it is switched on, the state of the alarms only where there is a directory for it. */
const notTaken = [
  sumBy(['sink'], rate(series(catalogue.sinkErrors))),
  `label_replace(${sumBy(['signal'], rate(series(catalogue.exportErrors)))}, "sink", "OpenTelemetry $1", "signal", "(.*)")`,
  `label_replace(sum(${rate(series(catalogue.alarmSaveErrors))}), "sink", "state of the alarms", "", "")`,
].join(' or ')
const upWords = [words({ 0: ['down', colours.red], 1: ['up', colours.green] })]

export const itself: DashboardPlan = {
  uid: 'hopwatch-itself',
  title: 'hopwatch: hopwatch itself',
  about: 'Whether the probe is well: a probe that is late or blind reassures for nothing.',
  variables: [job(), scenarios(), lookBack()],
  rows: [
    {
      height: 4,
      panels: [
        stat(
          {
            id: 1,
            title: 'hopwatch',
            means: 'Whether Prometheus reaches each hopwatch process.',
            act: 'Down: nothing on the other pages is current. Look at the process, its port and HOPWATCH_API_TOKEN, which a scrape from elsewhere needs.',
            width: 4,
            page: 'runbooks/hopwatch-down.md',
            mappings: upWords,
            limits: { red: 1, amber: 1, whenLow: true },
            empty: 'Prometheus knows no hopwatch',
          },
          [{ expr: ofProcess('up'), legend: '{{instance}}' }],
        ),
        stat(
          {
            id: 2,
            title: 'Accounts',
            means: 'Whether each account answered when it was last asked.',
            act: 'Down: endpoint, network, identity. The log of hopwatch says what the account answered.',
            width: 4,
            page: 'runbooks/hopwatch-target-down.md',
            mappings: upWords,
            limits: { red: 1, amber: 1, whenLow: true },
            empty: 'hopwatch reports nothing',
          },
          [{ expr: `min by (target) (${series(catalogue.targetUp)})`, legend: '{{target}}' }],
        ),
        stat(
          {
            id: 18,
            title: 'Configuration',
            means:
              'Whether scenarios and configuration were in order when they were last read. If not, what was read before goes on.',
            act: 'Refused: the log and the status page name file, line and column; hopwatch validate tells the same.',
            width: 4,
            page: 'scenario-file.md',
            mappings: [words({ 0: ['refused', colours.red], 1: ['in order', colours.green] })],
            limits: { red: 1, amber: 1, whenLow: true },
            empty: 'not told',
          },
          [{ expr: `min(${series(catalogue.reloadSuccessful)})` }],
        ),
        stat(
          {
            id: 3,
            title: 'Missed runs',
            means: 'Planned runs that did not happen, over the time that the tables look back.',
            act: 'Above 0: the panel below tells the reason, and each reason its remedy.',
            width: 4,
            page: 'runbooks/hopwatch-probe-late.md',
            decimals: 0,
            limits: { amber: 0.5, red: 100 },
          },
          [{ expr: `sum(${increase(series(catalogue.runsMissed))})` }],
        ),
        stat(
          {
            id: 4,
            title: 'Runs that hopwatch itself spoiled',
            means: 'Runs that crashed (a defect of hopwatch) or outputs that failed to take a run.',
            act: 'Above 0: the log names the run and the error. Please report it.',
            width: 4,
            decimals: 0,
            limits: { red: 0.5 },
          },
          [
            { expr: `sum(${increase(series(catalogue.runs, { result: 'crashed' }))})`, legend: 'crashed' },
            { expr: `sum(${increase(series(catalogue.sinkErrors))})`, legend: 'not taken' },
          ],
        ),
        stat(
          {
            id: 5,
            title: 'Series refused',
            means:
              'Times that a series was refused since the process started, because it would have broken --max-series. Above 0 the figures are incomplete.',
            act: 'Raise --max-series, or share the scenarios among several processes with --shard.',
            width: 4,
            page: 'runbooks/hopwatch-figures-incomplete.md',
            decimals: 0,
            limits: { red: 1 },
          },
          [{ expr: `sum(${series(catalogue.seriesRefused)})` }],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 6,
            title: 'Schedule lag',
            means: 'How late runs start against their plan.',
            act: 'Above a tenth of a period: hopwatch lacks processor or runs too much. Fewer scenarios, longer periods, or --shard.',
            width: 8,
            page: 'runbooks/hopwatch-probe-late.md',
            unit: 's',
          },
          [0.5, 0.95, 0.99].map((quantile) => ({
            expr: `histogram_quantile(${quantile}, ${sumBy(['le'], rate(series(catalogue.scheduleLag, {}, '_bucket')))})`,
            legend: `p${quantile * 100}`,
          })),
        ),
        lines(
          {
            id: 7,
            title: 'Missed runs by reason',
            means: 'Planned runs a second that did not happen.',
            act: 'overlap: the run before was still going, so a longer period. budget: request units spent, or 429s. late: no processor. paused: somebody paused it.',
            width: 8,
            unit: 'ops',
            stacked: true,
          },
          [{ expr: sumBy(['reason'], rate(series(catalogue.runsMissed))), legend: '{{reason}}' }],
        ),
        lines(
          {
            id: 8,
            title: 'Duration of runs, 95th percentile',
            means: 'How long whole runs take, waits and re-reads included, each journey.',
            act: 'Longer than its period: the next run is missed for reason overlap.',
            width: 8,
            unit: 's',
          },
          [
            {
              expr: quantileBy(0.95, ['scenario'], rate(series(catalogue.runDuration, {}, '_bucket'))),
              legend: '{{scenario}}',
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
            id: 9,
            title: 'Event loop lag',
            means: 'How long the process keeps work waiting. What it measures of latency is wrong by as much.',
            act: 'p99 above 50 ms: give it more processor, or less to do.',
            width: 8,
            unit: 's',
          },
          [
            { expr: ofProcess('nodejs_eventloop_lag_p50_seconds'), legend: 'p50 {{instance}}' },
            { expr: ofProcess('nodejs_eventloop_lag_p99_seconds'), legend: 'p99 {{instance}}' },
          ],
        ),
        lines(
          {
            id: 10,
            title: 'Memory',
            means: 'Resident memory of the process, and the heap in use.',
            act: 'Growing for days without more scenarios is a leak: please report it with both lines.',
            width: 8,
            unit: 'bytes',
          },
          [
            { expr: ofProcess('process_resident_memory_bytes'), legend: 'resident {{instance}}' },
            { expr: ofProcess('nodejs_heap_size_used_bytes'), legend: 'heap {{instance}}' },
          ],
        ),
        lines(
          {
            id: 11,
            title: 'Processor',
            means: 'Cores that the process uses, and the share of the time that garbage collection takes.',
            act: 'Near 1 core the event loop is full: share the scenarios among several processes with --shard.',
            width: 8,
            unit: 'percentunit',
          },
          [
            { expr: rate(ofProcess('process_cpu_seconds_total')), legend: 'processor {{instance}}' },
            {
              expr: `sum by (instance) (${rate(ofProcess('nodejs_gc_duration_seconds_sum'))})`,
              legend: 'garbage collection {{instance}}',
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
            id: 12,
            title: 'Outputs that failed',
            means:
              'Failures a second: runs that one of the outputs (Prometheus, log, history …) did not take, batches that the OpenTelemetry receiver refused, alarm state that could not be saved.',
            act: 'Above 0: the log names the output and the error.',
            width: 8,
            unit: 'ops',
          },
          [{ expr: notTaken, legend: '{{sink}}' }],
        ),
        lines(
          {
            id: 13,
            title: 'Scrape',
            means: 'How long Prometheus takes to read /metrics.',
            act: 'Above a second: fewer scenarios a process, or a longer scrape interval.',
            width: 8,
            page: 'metrics.md',
            unit: 's',
          },
          [{ expr: ofProcess('scrape_duration_seconds'), legend: '{{instance}}' }],
        ),
        lines(
          {
            id: 14,
            title: 'Series',
            means: 'How many series Prometheus takes from each process.',
            act: 'Compare with --max-series (20,000 unless set), which bounds those of the scenarios.',
            width: 8,
            unit: 'short',
          },
          [{ expr: ofProcess('scrape_samples_scraped'), legend: '{{instance}}' }],
        ),
      ],
    },
    {
      height: 5,
      panels: [
        timeline(
          {
            id: 15,
            title: 'Accounts over time',
            means: 'Whether each account answered when asked.',
            act: 'Gaps are times when hopwatch itself was not scraped.',
            width: 8,
            mappings: upWords,
            limits: { red: 1, amber: 1, whenLow: true },
          },
          [{ expr: `min by (target) (${series(catalogue.targetUp)})`, legend: '{{target}}' }],
        ),
        infoTable(
          {
            id: 16,
            title: 'Accounts as they describe themselves',
            means: 'Default consistency level and regions, as each account last told them.',
            act: 'A level or a region that you did not expect explains most surprises: compare production with staging.',
            width: 10,
            empty: 'no account has answered yet',
          },
          `max by (target, consistency, write_regions, read_regions) (${series(catalogue.accountInfo)})`,
          { target: 'Target', consistency: 'Consistency', write_regions: 'Writes', read_regions: 'Reads' },
        ),
        infoTable(
          {
            id: 17,
            title: 'Version',
            means: 'Which version of hopwatch runs in which process.',
            act: 'Two versions at once: a roll-out is under way, or stuck.',
            width: 6,
          },
          `max by (instance, version, revision) (${series(catalogue.buildInfo)})`,
          { instance: 'Instance', version: 'Version', revision: 'Revision' },
        ),
      ],
    },
  ],
}
