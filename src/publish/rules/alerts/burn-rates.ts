import { type Share, staleReads, tokenLoss } from '../figures.ts'
import { type Alert, type AlertVariant, oneLine, type Severity } from '../rule.ts'
import { worstCarry } from './worst-carry.ts'

/**
 * How many times too fast, over which long window, and over which short one that ends it soon after the cause has ended: 2 % of
 * a 30-day budget in an hour, 5 % in six hours, 10 % in one and in three days.
 * Google, The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
 */
const tiers: readonly {
  readonly severity: Severity
  readonly factor: number
  readonly long: string
  readonly short: string
}[] = [
  { severity: 'page', factor: 14.4, long: '1h', short: '5m' },
  { severity: 'page', factor: 6, long: '6h', short: '30m' },
  { severity: 'ticket', factor: 3, long: '1d', short: '2h' },
  { severity: 'ticket', factor: 1, long: '3d', short: '6h' },
]

/** One bad read of few is a large share and no trend. Counts come from rates, and so are never quite whole. */
const leastBadReads = 3

const burning = (share: Share, severity: Severity): AlertVariant => ({
  severity,
  expr: tiers
    .filter((tier) => tier.severity === severity)
    .map(
      ({ factor, long, short }) =>
        `(${oneLine(`
        ${share.ratio(long)} > ${factor} * ${share.allowed}
        and ${share.ratio(short)} > ${factor} * ${share.allowed}
        and ${share.count(long)} > ${leastBadReads - 0.5}`)})`,
    )
    .join(' or '),
})

const both = (share: Share) => [burning(share, 'page'), burning(share, 'ticket')]

export const staleReadBurnRate: Alert = {
  name: 'HopwatchStaleReadBurnRate',
  firesWhen:
    'Stale reads use up the error budget of `staleReads`: 14.4 times too fast over 1 h and 5 min, or 6 times over 6 h and 30 min (page); 3 times over 1 d and 2 h, or once over 3 d and 6 h (ticket). At least 3 stale reads.',
  summary:
    'Users of {{ $labels.scenario }} do not read what they wrote: {{ $value | humanizePercentage }} of its reads are stale',
  description: `In the journey {{ $labels.scenario }}, in the arm that carries the token, {{ $value | humanizePercentage }} of the reads were stale or missing over the longer window. That uses up what its objective allows too fast.${worstCarry}`,
  variants: both(staleReads),
}

export const tokenLossBurnRate: Alert = {
  name: 'HopwatchTokenLossBurnRate',
  firesWhen:
    'The same for reads whose session token did not cover what had been written, against `tokenLoss`. At least 3 such reads.',
  summary:
    '{{ $labels.scenario }} loses session tokens: {{ $value | humanizePercentage }} of its reads go without a covering one',
  description: `In the journey {{ $labels.scenario }}, {{ $value | humanizePercentage }} of the reads over the longer window went out without a session token that covers what the user had written. They may be stale at any time.${worstCarry}`,
  variants: both(tokenLoss),
}
