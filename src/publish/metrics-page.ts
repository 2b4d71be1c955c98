import { catalogue, type MetricDefinition } from './catalogue.ts'
import { recentWindowMs } from './window.ts'

/** What stands in each label, for those whose values are words of hopwatch's own. */
const labelWords: readonly (readonly [label: string, meaning: string])[] = [
  ['`scenario`, `arm`, `hop`, `from`, `to`', 'names from the scenario file'],
  [
    '`region`, `write_region`',
    'the region that the hop declares, as the file spells it; `default` where it declares none',
  ],
  ['`objective`', '`staleReads`, `tokenLoss`, `retriesPerRead`, as the scenario file has them'],
  [
    '`operation`',
    'the word of the scenario file: `create`, `upsert`, `replace`, `patch`, `delete`, `point`, `query`, `cross-partition-query`',
  ],
  ['`verdict`', '`fresh`, `stale`, `missing`, `undetermined`, `failed`, `unordered`'],
  [
    '`token` of a read',
    'the session token on the wire against the one it should have been: `intact`, `lost`, `behind`, `foreign`, `malformed`, `dropped` (by the SDK, which then retried), `unknown`, `unsupported` (by the server), `unclaimed` (nothing was carried here)',
  ],
  [
    '`token` of a carry',
    'what arrived of what was sent: `intact`, `lost`, `behind`, `foreign`, `malformed`, `unknown`, `nothing-to-carry`',
  ],
  ['`outcome`', 'of a write `succeeded`, `refused`, `indeterminate`; of a read `succeeded`, `failed`'],
  ['`guarantee`', '`read-your-writes`, `monotonic-reads`, `monotonic-writes`, `writes-follow-reads`'],
  [
    '`finding`',
    '`broken-promise`, `silent-downgrade-seen`, `token-loss-seen`, `unexplained`, `unpromised` (stale at a level that allows it), `silent-downgrade-lucky`, `token-loss-latent`, `kept`',
  ],
]

/** docs/metrics.md, whole: a page that is written by hand tells of metrics that are no more. */
export function printMetricsPage(): string {
  const definitions: readonly MetricDefinition[] = Object.values(catalogue)
  return `# Metrics

What \`GET /metrics\` shows. Generated from \`src/publish/catalogue.ts\`; do not edit.

Prometheus text by default, OpenMetrics with exemplars (\`trace_id\`, \`run_id\`) on stale reads and operation durations when the scraper asks for it. Every counter that a loaded
scenario can feed exists at zero before its first run; a scenario that is removed takes its series along. A ratio without
samples is absent, never 0. "The last 5 minutes" are ${recentWindowMs / 60_000} minutes in six slices: a figure covers the last 4 to 5 of them.
\`--max-series\` caps the series of all scenarios together; what would break it is refused and counted.

| name | kind | unit | labels | meaning |
|---|---|---|---|---|
${definitions.map(printRow).join('\n')}

Besides: the process's own memory, processor, event loop and garbage collection (\`process_…\`, \`nodejs_…\`), as prom-client names them.

## Labels

| label | values |
|---|---|
${labelWords.map(([label, meaning]) => `| ${label} | ${meaning} |`).join('\n')}

Over OTLP they have other names: [opentelemetry.md](opentelemetry.md).
`
}

function printRow({ name, kind, unit, labels, help, buckets }: MetricDefinition): string {
  const bounds = buckets ? ` Buckets: ${buckets.join(', ')}.` : ''
  const shown = kind === 'summary' ? 'gauge by quantile, declared a summary' : kind
  return `| \`${name}\` | ${shown} | \`${unit}\` | ${labels.join(', ') || '–'} | ${help}${bounds} |`
}
