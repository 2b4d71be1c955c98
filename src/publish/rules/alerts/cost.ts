import { allowed, matchers } from '../figures.ts'
import { type Alert, oneLine } from '../rule.ts'

const perHop = (metric: string, wanted: string) =>
  `sum by (scenario, hop) (rate(${metric}{arm="propagated"${wanted}}[5m]))`

export const sessionRetryStorm: Alert = {
  name: 'HopwatchSessionRetryStorm',
  firesWhen:
    'A hop retries reads because the region cannot serve the session token, 3 times more often than `retriesPerRead` allows (at least 0.3 a read), for 5 min.',
  summary: '{{ $labels.scenario }}: {{ $value | humanize }} session retries a read at {{ $labels.hop }}',
  description:
    'At the hop {{ $labels.hop }} of the journey {{ $labels.scenario }} the SDK makes {{ $value | humanize }} retries a read because the region answers 404/1002: it lags behind the session token. Reads are slower and dearer, and each retry may drop the token.',
  variants: [
    {
      severity: 'ticket',
      expr: oneLine(`
        ${perHop('hopwatch_retries_total', ', reason="session"')} / (${perHop('hopwatch_reads_total', '')} > 0)
        > on (scenario) group_left () (3 * ${allowed.retriesPerRead})`),
      for: '5m',
    },
  ],
}

export const throttled: Alert = {
  name: 'HopwatchThrottled',
  firesWhen:
    'The container answers 429: 5 retries in 10 min at one hop, or hopwatch holds runs back because of it; for 5 min.',
  summary: '{{ $labels.scenario }} is throttled{{ with $labels.hop }} at {{ . }}{{ end }}: its container answers 429',
  description:
    'The container of the journey {{ $labels.scenario }} answers 429 (too many requests){{ with $labels.hop }} at the hop {{ . }}{{ end }}. hopwatch starts fewer runs there until it recovers; what else uses the container is throttled as well.',
  variants: [
    {
      severity: 'ticket',
      expr: oneLine(`
        sum by (scenario, hop) (increase(hopwatch_retries_total{reason="throttle"}[10m])) >= 5
        or min by (scenario) (hopwatch_run_admission_ratio) < 1`),
      for: '5m',
    },
  ],
}

const slowestHop = [
  `{{ with printf "topk(1, hopwatch_operation_duration_quantile_seconds{scenario='%s', quantile='0.95', ${matchers.reads}})" `,
  '$labels.scenario | query }}{{ with . | first }} Slowest, over all arms: {{ .Labels.operation }} at {{ .Labels.hop }}, ',
  '{{ .Value | humanizeDuration }}.{{ end }}{{ end }}',
].join('')

export const readLatency: Alert = {
  name: 'HopwatchReadLatency',
  firesWhen:
    'The 95th percentile of the reads in the arm that carries the token is above the objective `p95`, for 10 min, with at least 20 reads in 10 min.',
  summary: '{{ $labels.scenario }}: 5 of 100 reads take {{ $value | humanizeDuration }} or longer',
  description: `In the arm of the journey {{ $labels.scenario }} that carries the token the 95th percentile of the reads is {{ $value | humanizeDuration }} (interpolated between the buckets), which is more than its objective allows. Retries are in it: look at those first.${slowestHop}`,
  variants: [
    {
      severity: 'ticket',
      expr: oneLine(`
        histogram_quantile(0.95, sum by (scenario, le) (rate(hopwatch_read_duration_seconds_bucket{arm="propagated"}[10m])))
        > ${allowed.p95Seconds}
        and sum by (scenario) (increase(hopwatch_read_duration_seconds_count{arm="propagated"}[10m])) >= 20`),
      for: '10m',
    },
  ],
}

export const requestUnitBudget: Alert = {
  name: 'HopwatchRequestUnitBudget',
  firesWhen: 'A scenario has spent more than 95 % of its `budget` of request units, for 15 min.',
  summary: '{{ $labels.scenario }} spends {{ $value | humanizePercentage }} of its request-unit budget',
  description:
    'The journey {{ $labels.scenario }} spends {{ $value | humanizePercentage }} of the request units a second that its budget declares. What goes beyond is not run and counts as missed (reason budget), so it probes less than planned.',
  variants: [{ severity: 'ticket', expr: 'max by (scenario) (hopwatch_request_unit_budget_ratio) > 0.95', for: '15m' }],
}
