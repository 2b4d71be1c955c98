import { canaryStates } from '../domain/canary.ts'
import { findings } from '../domain/finding.ts'
import { guarantees } from '../domain/guarantees.ts'
import { carriedTokens, missedReasons, pollOutcomes, runResults } from '../domain/journey.ts'
import { writeOutcomes } from '../domain/observation.ts'
import { retryReasons } from '../domain/retries.ts'
import { type ArmRole, carrierKinds, readKinds, writeKinds } from '../domain/scenario.ts'
import { type TokenState, tokenStates } from '../domain/token-state.ts'
import { verdicts } from '../domain/verdict.ts'
import { catalogue, type MetricDefinition } from './catalogue.ts'
import { recentQuantiles } from './recent.ts'
import { recentWindowMs } from './window.ts'

const words = (all: readonly (string | number)[]): string => all.map((word) => `\`${word}\``).join(', ')

const besides: Readonly<Partial<Record<TokenState, string>>> = {
  dropped: ' (by the SDK, which then retried)',
  unsupported: ' (by the server)',
  unclaimed: ' (nothing was carried here)',
}

/** What stands in each label. */
const labelWords: readonly (readonly [labels: string, meaning: string])[] = [
  ['`scenario`, `hop`, `from`, `to`', 'names from the scenario file'],
  ['`arm`', words(['propagated', 'control', 'canary', 'workaround'] satisfies ArmRole[])],
  ['`target`', 'as the scenario file names it; `default` where it names none'],
  [
    '`region`, `write_region`',
    'the region that the hop declares, as the file spells it; `default` where it declares none',
  ],
  ['`carrier`', words(carrierKinds)],
  ['`objective`', '`staleReads`, `tokenLoss`, `retriesPerRead`, as the scenario file has them'],
  ['`operation`', `the word of the scenario file: ${words([...writeKinds, ...readKinds, 'request'])}`],
  ['`verdict`', words(verdicts)],
  [
    '`token` of a read',
    `the session token on the wire against the one it should have been: ${tokenStates
      .map((state) => `\`${state}\`${besides[state] ?? ''}`)
      .join(', ')}`,
  ],
  ['`token` of a carry', `what arrived of what was sent: ${words(carriedTokens)}`],
  [
    '`outcome`',
    `of a write ${words(writeOutcomes)}; of a read \`succeeded\`, \`failed\`; of a poll ${words(pollOutcomes)}`,
  ],
  ['`result`', `of a run ${words(runResults)}; of a canary ${words(canaryStates)}`],
  ['`reason`', `of a retry ${words(retryReasons)}; of a missed run ${words(missedReasons)}`],
  ['`guarantee`', words(guarantees)],
  ['`finding`, worst first', words(findings)],
  ['`bound`', words(['low', 'point', 'high'])],
  ['`quantile`', words(recentQuantiles)],
  ['`sink`', 'an output: `prometheus`, `totals`, `recent`, `history`, `log`, `alarm`, `traces`'],
  ['`signal`', '`metrics`, `traces`, `logs`'],
  ['`shard`, `shards`', 'as `--shard` says, the first counted from 0, and how many there are'],
  ['`consistency`, `write_regions`, `read_regions`, `version`, `revision`', 'as the account, or hopwatch, tells them'],
]

/** docs/metrics.md, whole: a page that is written by hand tells of metrics that are no more. */
export function printMetricsPage(): string {
  const definitions: readonly MetricDefinition[] = Object.values(catalogue)
  return `# Metrics

What \`GET /metrics\` shows. Generated from \`src/publish/catalogue.ts\`; do not edit.

Prometheus text by default, OpenMetrics with exemplars (\`trace_id\`, \`run_id\`) on stale reads and operation durations when the scraper asks for it. What a scenario's file
lets one expect exists at zero from the moment it is loaded, so that \`rate\` sees the first event; a rare combination, such as a failed read with a foreign token, or an operation that fails,
appears when it first occurs. A scenario that is removed takes its series along. A ratio without samples is absent, never 0. "The last 5 minutes" are ${recentWindowMs / 60_000} minutes in six slices: a figure covers the last 4 to 5 of them.
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
