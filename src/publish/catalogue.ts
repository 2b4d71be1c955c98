/** A metric, once: the exporters, the reference page and the dashboards all read it here. */
export interface MetricDefinition<Labels extends readonly string[] = readonly string[]> {
  readonly name: string
  /** `summary`: a gauge by `quantile`, so named because Prometheus' linter keeps that label for summaries; it has no sum or count. */
  readonly kind: 'counter' | 'gauge' | 'histogram' | 'summary'
  /** UCUM, as OpenTelemetry writes it: `s`, `By`, `1`, `{read}`. */
  readonly unit: string
  readonly labels: Labels
  /** What it means to somebody who operates the service. */
  readonly help: string
  /** The OpenTelemetry name: the semantic convention's where there is one. */
  readonly otelName: string
  /** Of a counter: the convention's histogram of the single amounts, whose sum it is. */
  readonly otelHistogram?: string
  /** Upper bounds, in `unit`. */
  readonly buckets?: readonly number[]
}

const define = <const Labels extends readonly string[]>(
  definition: MetricDefinition<Labels>,
): MetricDefinition<Labels> => definition

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Only what is really fed: a metric that would always be 0 reassures for nothing. */
export const catalogue = {
  reads: define({
    name: 'hopwatch_reads_total',
    kind: 'counter',
    unit: '{read}',
    labels: ['scenario', 'arm', 'hop', 'region', 'verdict', 'token'],
    help: 'Reads, by what came back (verdict) and by how the session token on the wire stood to the token it should have been (token).',
    otelName: 'hopwatch.reads',
  }),
  findings: define({
    name: 'hopwatch_findings_total',
    kind: 'counter',
    unit: '{read}',
    labels: ['scenario', 'arm', 'finding'],
    help: 'Reads, by what verdict and token state mean together: a broken promise, a silent downgrade, a token loss, or kept. Besides, polls in which the write never showed, and canaries that were lost or ignored.',
    otelName: 'hopwatch.findings',
  }),
  guaranteeViolations: define({
    name: 'hopwatch_guarantee_violations_total',
    kind: 'counter',
    unit: '{violation}',
    labels: ['scenario', 'guarantee'],
    help: 'Reads that show a session guarantee violated over the history of their run, in the arms that carry the token. The operations that show it are in GET /api/v1/runs/{id}.',
    otelName: 'hopwatch.guarantee.violations',
  }),
  writes: define({
    name: 'hopwatch_writes_total',
    kind: 'counter',
    unit: '{write}',
    labels: ['scenario', 'arm', 'hop', 'region', 'outcome'],
    help: 'Writes: succeeded, refused (certainly did not happen) or indeterminate (may have happened).',
    otelName: 'hopwatch.writes',
  }),
  staleReadRatio: define({
    name: 'hopwatch_stale_read_ratio',
    kind: 'gauge',
    unit: '1',
    labels: ['scenario', 'arm'],
    help: 'Stale or missing reads as a share of the judged reads of the last 5 minutes. Absent while no read was judged.',
    otelName: 'hopwatch.stale_read.ratio',
  }),
  tokenLossRatio: define({
    name: 'hopwatch_token_loss_ratio',
    kind: 'gauge',
    unit: '1',
    labels: ['scenario', 'arm'],
    help: 'Reads whose session token did not cover what had been written, as a share of the reads of the last 5 minutes that had a claim. Absent while there were none.',
    otelName: 'hopwatch.token_loss.ratio',
  }),
  tokenCarries: define({
    name: 'hopwatch_token_carries_total',
    kind: 'counter',
    unit: '{carry}',
    labels: ['scenario', 'arm', 'from', 'to', 'carrier', 'token'],
    help: 'Carries of the session token between two hops, by what arrived of what was sent.',
    otelName: 'hopwatch.token.carries',
  }),
  tokenBytes: define({
    name: 'hopwatch_token_bytes',
    kind: 'histogram',
    unit: 'By',
    labels: ['scenario', 'hop'],
    help: 'Size of the session token that a hop sends on, before the carrier touches it: what a header budget must hold.',
    otelName: 'hopwatch.token.size',
    buckets: [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192],
  }),
  tokenProtection: define({
    name: 'hopwatch_token_protection_ratio',
    kind: 'gauge',
    unit: '1',
    labels: ['scenario', 'bound'],
    help: 'What the token is worth: stale-read rate where it is withheld minus the rate where it is carried, since the start, with its 95 % interval (low, point, high). Absent while withholding it makes nothing stale: then nothing is proven.',
    otelName: 'hopwatch.token.protection.ratio',
  }),
  versionsBehind: define({
    name: 'hopwatch_versions_behind',
    kind: 'histogram',
    unit: '{version}',
    labels: ['scenario', 'arm'],
    help: 'How many versions a judged read lay behind the newest acknowledged one; 0 is fresh. Reads that found nothing have no version and are not in it.',
    otelName: 'hopwatch.versions_behind',
    buckets: [0, 1, 2, 3, 5, 10, 30],
  }),
  visibility: define({
    name: 'hopwatch_visibility_seconds',
    kind: 'histogram',
    unit: 's',
    labels: ['scenario', 'write_region', 'region'],
    help: 'After a stale read: from the acknowledgement of the write (in write_region) to the first answer that showed it (in region).',
    otelName: 'hopwatch.visibility.duration',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
  visibilityUnseen: define({
    name: 'hopwatch_visibility_unseen_total',
    kind: 'counter',
    unit: '{read}',
    labels: ['scenario', 'region'],
    help: 'Stale reads whose write had still not shown when the time for re-reading was over.',
    otelName: 'hopwatch.visibility.unseen',
  }),
  polls: define({
    name: 'hopwatch_polls_total',
    kind: 'counter',
    unit: '{poll}',
    labels: ['scenario', 'arm', 'hop', 'outcome'],
    help: 'Queries repeated until a write shows: shown, not-shown within the bound, failed (the last try got no answer) or undetermined. Their reads are in no other count of reads.',
    otelName: 'hopwatch.polls',
  }),
  pollShown: define({
    name: 'hopwatch_poll_shown_seconds',
    kind: 'histogram',
    unit: 's',
    labels: ['scenario', 'arm'],
    help: 'From the start of a poll to the answer that showed the write: what polling costs in time.',
    otelName: 'hopwatch.poll.duration',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
  canaries: define({
    name: 'hopwatch_canaries_total',
    kind: 'counter',
    unit: '{read}',
    labels: ['scenario', 'arm', 'hop', 'result'],
    help: 'Reads sent with a session token that nothing can satisfy: answered (404/1002, as it must be), lost (the read went out without it, so the hop loses tokens), ignored (the service answered it as if it were nothing) or unknown.',
    otelName: 'hopwatch.canaries',
  }),
  requestUnits: define({
    name: 'hopwatch_request_units_total',
    kind: 'counter',
    unit: '{request_unit}',
    labels: ['scenario', 'arm', 'hop', 'operation'],
    help: 'Request units charged by the service, over every attempt, retries and re-reads included.',
    otelName: 'hopwatch.request_units',
    otelHistogram: 'azure.cosmosdb.client.operation.request_charge',
  }),
  retries: define({
    name: 'hopwatch_retries_total',
    kind: 'counter',
    unit: '{retry}',
    labels: ['scenario', 'arm', 'hop', 'reason'],
    help: 'Retries that the SDK made on its own, by reason, read off the wire. Reason session: the region could not serve the session token, and the SDK may have retried without it.',
    otelName: 'hopwatch.retries',
  }),
  operationDuration: define({
    name: 'hopwatch_operation_duration_seconds',
    kind: 'histogram',
    unit: 's',
    labels: ['scenario', 'hop', 'region', 'operation', 'outcome'],
    help: 'Duration of an operation as the application waits for it, retries included. Exemplars (OpenMetrics) name the run and its trace.',
    otelName: 'db.client.operation.duration',
    buckets: durationBuckets,
  }),
  readDuration: define({
    name: 'hopwatch_read_duration_seconds',
    kind: 'histogram',
    unit: 's',
    labels: ['scenario', 'arm'],
    help: 'How long the application waits for what it wants to read, by arm: what the token, its absence or a workaround costs in time. A poll counts once, from its start to its end.',
    otelName: 'hopwatch.read.duration',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  }),
  operationQuantile: define({
    name: 'hopwatch_operation_duration_quantile_seconds',
    kind: 'summary',
    unit: 's',
    labels: ['scenario', 'hop', 'operation', 'quantile'],
    help: 'Quantiles of the operation duration over the last 5 minutes, at most 1 % off. Not to be averaged; aggregate the histogram instead.',
    otelName: 'hopwatch.operation.duration.quantile',
  }),
  runs: define({
    name: 'hopwatch_runs_total',
    kind: 'counter',
    unit: '{run}',
    labels: ['scenario', 'arm', 'result'],
    help: 'Runs of a scenario: kept, found, failed, undetermined, abandoned (deadline) or crashed (a fault of hopwatch itself).',
    otelName: 'hopwatch.runs',
  }),
  runsMissed: define({
    name: 'hopwatch_runs_missed_total',
    kind: 'counter',
    unit: '{run}',
    labels: ['scenario', 'reason'],
    help: 'Planned runs that did not happen: the run before was still going (overlap), the request-unit budget was spent or the container answers 429 (budget), planned too long ago (late), or paused.',
    otelName: 'hopwatch.runs.missed',
  }),
  runDuration: define({
    name: 'hopwatch_run_duration_seconds',
    kind: 'histogram',
    unit: 's',
    labels: ['scenario'],
    help: 'Duration of a whole run, waits and re-reads included.',
    otelName: 'hopwatch.run.duration',
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
  scheduleLag: define({
    name: 'hopwatch_schedule_lag_seconds',
    kind: 'histogram',
    unit: 's',
    labels: ['scenario'],
    help: 'How late a run started against its plan. High values mean that hopwatch itself lacks time or processor.',
    otelName: 'hopwatch.schedule.lag',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  }),
  budgetRatio: define({
    name: 'hopwatch_request_unit_budget_ratio',
    kind: 'gauge',
    unit: '1',
    labels: ['scenario'],
    help: 'Request units spent a second over the last 5 minutes, as a share of the budget that the scenario declares. Absent without a budget.',
    otelName: 'hopwatch.request_unit_budget.ratio',
  }),
  admittedRuns: define({
    name: 'hopwatch_run_admission_ratio',
    kind: 'gauge',
    unit: '1',
    labels: ['scenario'],
    help: 'Share of the planned runs that hopwatch lets start after its container has answered 429: halved by each such run, recovering by 0.02 a second. 1: nothing is held back. What is held back is missed for reason budget.',
    otelName: 'hopwatch.run_admission.ratio',
  }),
  objectiveRatio: define({
    name: 'hopwatch_objective_ratio',
    kind: 'gauge',
    unit: '1',
    labels: ['scenario', 'objective'],
    help: 'The most that the scenario accepts, as its file says: staleReads and tokenLoss as a share of the reads, retriesPerRead. Absent where it declares none.',
    otelName: 'hopwatch.objective.ratio',
  }),
  objectiveP95: define({
    name: 'hopwatch_objective_read_seconds',
    kind: 'gauge',
    unit: 's',
    labels: ['scenario'],
    help: 'The longest 95th percentile of the reads that the scenario accepts, as its file says. Absent where it declares none.',
    otelName: 'hopwatch.objective.read.duration',
  }),
  lastFinding: define({
    name: 'hopwatch_last_finding_timestamp_seconds',
    kind: 'gauge',
    unit: 's',
    labels: ['scenario', 'finding'],
    help: 'When a run last ended with this finding, in Unix time: in the arms that carry the token anything but kept, in the canary arm a canary lost or ignored. Absent until there is one.',
    otelName: 'hopwatch.last_finding.time',
  }),
  targetUp: define({
    name: 'hopwatch_target_up',
    kind: 'gauge',
    unit: '1',
    labels: ['target'],
    help: 'Whether the account answered when it was last asked (1) or not (0).',
    otelName: 'hopwatch.target.up',
  }),
  accountInfo: define({
    name: 'hopwatch_account_info',
    kind: 'gauge',
    unit: '1',
    labels: ['target', 'consistency', 'write_regions', 'read_regions'],
    help: 'The account as it describes itself; always 1.',
    otelName: 'hopwatch.account.info',
  }),
  buildInfo: define({
    name: 'hopwatch_build_info',
    kind: 'gauge',
    unit: '1',
    labels: ['version', 'revision'],
    help: 'The hopwatch that runs; always 1.',
    otelName: 'hopwatch.build.info',
  }),
  reloadSuccessful: define({
    name: 'hopwatch_config_last_reload_successful',
    kind: 'gauge',
    unit: '1',
    labels: [],
    help: 'Whether the scenarios and the configuration were in order when they were last read (1) or not (0): then what was read before goes on. The status page and the log say what is wrong.',
    otelName: 'hopwatch.config.last_reload.successful',
  }),
  reloadTime: define({
    name: 'hopwatch_config_last_reload_success_timestamp_seconds',
    kind: 'gauge',
    unit: 's',
    labels: [],
    help: 'When the scenarios and the configuration were last read and in order, in Unix time.',
    otelName: 'hopwatch.config.last_reload.success.time',
  }),
  shardInfo: define({
    name: 'hopwatch_shard_info',
    kind: 'gauge',
    unit: '1',
    labels: ['shard', 'shards'],
    help: 'Which part of the scenarios this process runs (--shard), counted from 0; always 1. Absent where it runs all of them.',
    otelName: 'hopwatch.shard.info',
  }),
  seriesRefused: define({
    name: 'hopwatch_series_refused_total',
    kind: 'counter',
    unit: '{series}',
    labels: [],
    help: 'Times that a series was refused because it would have broken --max-series. Above 0, figures are incomplete.',
    otelName: 'hopwatch.series.refused',
  }),
  sinkErrors: define({
    name: 'hopwatch_sink_errors_total',
    kind: 'counter',
    unit: '{run}',
    labels: ['sink'],
    help: 'Runs that one of the outputs failed to take; the others took them.',
    otelName: 'hopwatch.sink.errors',
  }),
}
export type Catalogue = typeof catalogue

/** In the contract, but fed by nothing yet: absent from /metrics rather than always 0. */
export const notYetFed: readonly { readonly name: string; readonly needs: string }[] = [
  { name: 'hopwatch_token_loss_alarm', needs: 'the sequential test of the token-loss rate' },
  { name: 'hopwatch_token_loss_evidence', needs: 'the sequential test of the token-loss rate' },
]
  exportErrors: define({
    name: 'hopwatch_export_errors_total',
    kind: 'counter',
    unit: '{export}',
    labels: ['signal'],
    help: 'Batches of metrics, traces or logs that the OpenTelemetry receiver did not take, after the retries. What they held is lost, except for metrics, which are cumulative. Absent while OpenTelemetry is switched off.',
    otelName: 'hopwatch.export.errors',
  }),
