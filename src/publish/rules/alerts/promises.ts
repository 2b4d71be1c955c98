import { control, matchers } from '../figures.ts'
import { type Alert, oneLine } from '../rule.ts'

export const brokenPromise: Alert = {
  name: 'HopwatchBrokenPromise',
  firesWhen:
    'A read was stale or missing although its session token was intact (or its level promises it without), within 10 min.',
  summary: 'Broken promise in {{ $labels.scenario }}: a stale read with an intact session token',
  description:
    'In the journey {{ $labels.scenario }}, arm {{ $labels.arm }}, a read returned an older state than the session consistency of the account promises, and the token on the wire covered the write. The cause is neither the token nor its way: the runs that show it are in /api/v1/runs?scenario={{ $labels.scenario }}&finding=broken-promise.',
  variants: [
    {
      severity: 'page',
      expr: `sum by (scenario, arm) (increase(hopwatch_findings_total{${matchers.brokenPromise}}[10m])) > 0`,
    },
  ],
}

const dropped = (verdict: string, window: string) =>
  `sum by (scenario, hop, region) (increase(hopwatch_reads_total{arm="propagated", ${verdict}, token="dropped"}[${window}]))`

export const silentDowngrade: Alert = {
  name: 'HopwatchSilentDowngrade',
  firesWhen:
    'The SDK dropped the session token on a retry and answered 200: a stale answer within 10 min (page), or 3 fresh ones by luck within 1 h (ticket).',
  summary: '{{ $labels.scenario }}: the SDK drops the session token at {{ $labels.hop }} and answers all the same',
  description:
    'At the hop {{ $labels.hop }} of the journey {{ $labels.scenario }} ({{ $labels.region }}) the region could not serve the session token in time. The SDK deleted the token, asked again without it, and answered 200. To the application that looks like any other answer.',
  variants: [
    { severity: 'page', expr: `${dropped(matchers.stale, '10m')} > 0` },
    { severity: 'ticket', expr: `${dropped('verdict="fresh"', '1h')} >= 3` },
  ],
}

const canaries = (result: string) =>
  `sum by (scenario, hop) (increase(hopwatch_canaries_total{result="${result}"}[15m])) > 0`

export const canaryLost: Alert = {
  name: 'HopwatchCanaryLost',
  firesWhen: 'A session token that nothing can satisfy did not reach the wire, within 15 min: one is proof.',
  summary: '{{ $labels.scenario }}: the hop {{ $labels.hop }} loses the session token',
  description:
    'A canary of the journey {{ $labels.scenario }}, a session token far ahead of any commit, was carried to the hop {{ $labels.hop }}, and its read went out without it. A single one proves that the token gets lost on this way, even while nothing is stale.',
  variants: [{ severity: 'page', expr: canaries('lost') }],
}

export const canaryIgnored: Alert = {
  name: 'HopwatchCanaryIgnored',
  firesWhen: 'The service answered a session token that nothing can satisfy as if it were nothing, within 15 min.',
  summary: '{{ $labels.scenario }}: the service ignores the session token at {{ $labels.hop }}',
  description:
    'A canary of the journey {{ $labels.scenario }} was on the wire at the hop {{ $labels.hop }}, and the service answered it with data instead of 404/1002. Session tokens protect nobody there.',
  variants: [{ severity: 'page', expr: canaries('ignored') }],
}

/** Of six hours, looked at for eighteen more. */
const leastControlReads = 100

export const controlShowsNothing: Alert = {
  name: 'HopwatchControlShowsNothing',
  firesWhen: `For a day no read of the arm \`control\` was stale, with at least ${leastControlReads} judged every 6 h: what the token is worth there cannot be told.`,
  summary: '{{ $labels.scenario }} proves nothing about protection: without the token nothing is stale either',
  description:
    'In the journey {{ $labels.scenario }} the arm that withholds the token has not read anything stale for a day, in {{ $value | humanize }} judged reads of the last six hours. That the other arm is never stale is then no merit of the token.',
  variants: [
    {
      severity: 'ticket',
      expr: oneLine(`
        ${control.judgedCount} >= ${leastControlReads}
        and ${control.staleCount} == 0`),
      for: '18h',
    },
  ],
}
