import type { Severity } from '../../src/publish/rules/rule.ts'
import {
  canaries,
  carries,
  findings,
  gauge,
  reads,
  readsWithin,
  retries,
  runs,
  type Series,
  scenario,
  target,
} from './series.ts'

export interface RuleCase {
  readonly alert: string
  readonly severity: Severity
  /** What happens. */
  readonly when: string
  readonly series: Series
  /** A sample every 15 s, looked at after so many minutes; or one a minute, where the rules look back for days. */
  readonly afterMinutes: number
  /** Labels of what fires, besides name and severity; none: it is quiet. */
  readonly fires?: readonly Readonly<Record<string, string>>[]
}

const ofScenario = [{ scenario }]
const ofHop = [{ scenario, hop: 'itinerary' }]
const ofRegion = [{ scenario, hop: 'itinerary', region: 'North Europe' }]
const ofCarry = [{ scenario, from: 'gateway', to: 'itinerary', carrier: 'redirect' }]

/** One read a second, all as they should be. */
const goodReads = reads('fresh', 'intact', '0+15x400')
const goodCarries = carries('intact', '0+15x400')
/** Nothing may come of it, whatever the alert. */
export const healthy: Series = {
  ...goodReads,
  ...goodCarries,
  ...reads('stale', 'lost', '0x400'),
  ...reads('stale', 'dropped', '0x400'),
  ...reads('fresh', 'dropped', '0x400'),
  ...carries('lost', '0x400'),
  ...findings('broken-promise', '0x400'),
  ...findings('kept', '0+15x400'),
  ...canaries('answered', '0+1x400'),
  ...canaries('lost', '0x400'),
  ...canaries('ignored', '0x400'),
  ...runs('kept', '0+15x400'),
  ...runs('failed', '0x400'),
  ...retries('session', '0x400'),
  ...retries('throttle', '0x400'),
  ...readsWithin({ '0.1': '0+14x400', '0.25': '0+15x400', '+Inf': '0+15x400' }),
  ...gauge('hopwatch_token_loss_alarm', '0x400'),
  ...gauge('hopwatch_stale_read_alarm', '0x400'),
  ...gauge('hopwatch_run_admission_ratio', '1x400'),
  ...gauge('hopwatch_request_unit_budget_ratio', '0.4x400'),
  ...target('1x400'),
  'hopwatch_build_info{version="1.0.0",revision="x"}': '1x400',
  hopwatch_series_refused_total: '0x400',
  'hopwatch_sink_errors_total{sink="prometheus"}': '0x400',
}

type Quick = Omit<RuleCase, 'alert' | 'severity'>

/** Of one alert at one severity. */
const of = (alert: string, severity: Severity, ...cases: readonly Quick[]): RuleCase[] =>
  cases.map((each) => ({ alert, severity, ...each }))

const shares = (alert: string, bad: (values: string, arm?: 'control') => Series): RuleCase[] =>
  of(
    alert,
    'page',
    {
      when: 'one of sixteen is bad for twenty minutes',
      series: { ...goodReads, ...bad('0+1x400') },
      afterMinutes: 20,
      fires: ofScenario,
    },
    {
      when: 'half a percent is bad',
      series: { ...reads('fresh', 'intact', '0+199x400'), ...bad('0+1x400') },
      afterMinutes: 25,
    },
    {
      when: 'one of a few reads is bad',
      series: { ...reads('fresh', 'intact', '0 0 0 1+0x19 2+0x19 3+0x400'), ...bad('0x30 1x400') },
      afterMinutes: 10,
    },
    { when: 'only the control arm is bad', series: { ...goodReads, ...bad('0+5x400', 'control') }, afterMinutes: 20 },
    {
      when: 'the counters start anew with the process',
      series: { ...reads('fresh', 'intact', '0+15x40 0+15x400'), ...bad('9x40 0x400') },
      afterMinutes: 15,
    },
  )

/** A sample every 15 s. */
export const quickCases: readonly RuleCase[] = [
  ...of(
    'HopwatchBrokenPromise',
    'page',
    {
      when: 'one read breaks the promise',
      series: findings('broken-promise', '0x8 1x100'),
      afterMinutes: 4,
      fires: [{ scenario, arm: 'propagated' }],
    },
    { when: 'it was a quarter of an hour ago', series: findings('broken-promise', '0x8 1x200'), afterMinutes: 20 },
    { when: 'the counter starts anew', series: findings('broken-promise', '3x20 0x100'), afterMinutes: 8 },
    {
      when: 'tokens are lost, and so no promise is broken',
      series: findings('token-loss-seen', '0+5x100'),
      afterMinutes: 8,
    },
  ),
  ...shares('HopwatchStaleReadBurnRate', (values, arm) => reads('stale', 'lost', values, arm)),
  ...shares('HopwatchTokenLossBurnRate', (values, arm) => reads('fresh', 'behind', values, arm)),
  {
    alert: 'HopwatchStaleReadBurnRate',
    severity: 'page',
    when: 'documents are missing',
    series: { ...goodReads, ...reads('missing', 'intact', '0+1x400') },
    afterMinutes: 20,
    fires: ofScenario,
  },
  {
    alert: 'HopwatchTokenLossBurnRate',
    severity: 'page',
    when: 'the SDK drops tokens, which is another alert',
    series: { ...goodReads, ...reads('fresh', 'dropped', '0+5x400') },
    afterMinutes: 20,
  },
  ...of('HopwatchStaleReadAlarm', 'page', {
    when: 'it is raised',
    series: gauge('hopwatch_stale_read_alarm', '0x8 1x100'),
    afterMinutes: 5,
    fires: ofScenario,
  }),
  ...of('HopwatchTokenLossAlarm', 'page', {
    when: 'it is raised',
    series: gauge('hopwatch_token_loss_alarm', '0x8 1x100'),
    afterMinutes: 5,
    fires: ofScenario,
  }),
  ...of(
    'HopwatchTokenLossRegression',
    'page',
    {
      when: 'a fifth is lost after half an hour without a loss',
      series: { ...carries('intact', '0+5x100 504+4x100'), ...carries('lost', '0x100 1+1x100') },
      afterMinutes: 27,
      fires: ofCarry,
    },
    {
      when: 'a fifth is lost two minutes after the first start',
      series: { ...carries('intact', '0+4x8 32+3x100'), ...carries('lost', '0x8 1+1x100') },
      afterMinutes: 5,
      fires: ofCarry,
    },
    {
      when: 'it usually loses a twentieth, and now a quarter',
      series: { ...carries('intact', '0+19x100 1915+15x100'), ...carries('lost', '0+1x100 105+5x100') },
      afterMinutes: 29,
      fires: ofCarry,
    },
    {
      when: 'it always loses a fifth',
      series: { ...carries('intact', '0+4x400'), ...carries('lost', '0+1x400') },
      afterMinutes: 25,
    },
    {
      when: 'four tokens are lost',
      series: { ...carries('intact', '0+1x400'), ...carries('lost', '0x80 1 2 3 4x100') },
      afterMinutes: 22,
    },
    {
      when: 'the loss ended three minutes ago',
      series: { ...goodCarries, ...carries('lost', '0x70 1+5x8 41x100') },
      afterMinutes: 24,
    },
    {
      when: 'only the control arm loses',
      series: { ...goodCarries, ...carries('lost', '0+5x400', 'control') },
      afterMinutes: 20,
    },
    {
      when: 'there was nothing to carry',
      series: { ...goodCarries, ...carries('nothing-to-carry', '0+5x400') },
      afterMinutes: 20,
    },
  ),
  ...of(
    'HopwatchSilentDowngrade',
    'page',
    {
      when: 'a stale answer comes without the token',
      series: { ...goodReads, ...reads('stale', 'dropped', '0x8 1x100') },
      afterMinutes: 4,
      fires: ofRegion,
    },
    {
      when: 'the answers are fresh by luck',
      series: { ...goodReads, ...reads('fresh', 'dropped', '0+1x100') },
      afterMinutes: 10,
    },
  ),
  ...of(
    'HopwatchSilentDowngrade',
    'ticket',
    {
      when: 'it happens three times',
      series: { ...goodReads, ...reads('fresh', 'dropped', '0x20 1x20 2x20 3x200') },
      afterMinutes: 25,
      fires: ofRegion,
    },
    {
      when: 'it happens twice',
      series: { ...goodReads, ...reads('fresh', 'dropped', '0x20 1x20 2x200') },
      afterMinutes: 25,
    },
  ),
  ...of('HopwatchCanaryLost', 'page', {
    when: 'one is lost',
    series: { ...canaries('answered', '0+1x100'), ...canaries('lost', '0x8 1x100') },
    afterMinutes: 4,
    fires: ofHop,
  }),
  ...of('HopwatchCanaryIgnored', 'page', {
    when: 'one is ignored',
    series: { ...canaries('answered', '0+1x100'), ...canaries('ignored', '0x8 1x100') },
    afterMinutes: 4,
    fires: ofHop,
  }),
  ...of('HopwatchDown', 'page', { when: 'nothing is scraped', series: { up: '0x100' }, afterMinutes: 4, fires: [{}] }),
  ...of(
    'HopwatchTargetDown',
    'page',
    { when: 'it does not answer', series: target('1x8 0x100'), afterMinutes: 6, fires: [{ target: 'default' }] },
    { when: 'it was away for a minute', series: target('1x8 0x4 1x100'), afterMinutes: 6 },
  ),
  ...of(
    'HopwatchProbeAbsent',
    'page',
    {
      when: 'the runs end',
      series: runs('kept', '0+15x40 600x100'),
      afterMinutes: 20,
      fires: [{ scenario, window: '5m' }],
    },
    { when: 'it never ran', series: { up: '1x100' }, afterMinutes: 5, fires: [{ scenario, window: '5m' }] },
    { when: 'the process starts anew', series: runs('kept', '0+15x40 _x8 0+15x100'), afterMinutes: 15 },
    {
      when: 'two shards change places',
      series: { ...runs('kept', '0+15x40 _x100'), ...runs('found', '_x40 0+15x100') },
      afterMinutes: 15,
    },
  ),
  ...of(
    'HopwatchProbeLate',
    'ticket',
    { when: 'a third of the runs are made', series: runs('kept', '0+5x200'), afterMinutes: 20, fires: ofScenario },
    { when: 'four fifths of them are made', series: runs('kept', '0+12x200'), afterMinutes: 20 },
    { when: 'none is made, which is another alert', series: runs('kept', '0x200'), afterMinutes: 20 },
  ),
  ...of(
    'HopwatchProbeBlind',
    'page',
    {
      when: 'two thirds of the runs fail',
      series: { ...runs('kept', '0+5x100'), ...runs('failed', '0+10x100') },
      afterMinutes: 12,
      fires: ofScenario,
    },
    {
      when: 'a fifth of the runs fail',
      series: { ...runs('kept', '0+12x100'), ...runs('failed', '0+3x100') },
      afterMinutes: 12,
    },
    { when: 'what they find is not nothing', series: runs('found', '0+15x100'), afterMinutes: 12 },
  ),
  ...of(
    'HopwatchSessionRetryStorm',
    'ticket',
    {
      when: 'two retries for three reads',
      series: { ...goodReads, ...retries('session', '0+10x100') },
      afterMinutes: 12,
      fires: ofHop,
    },
    {
      when: 'one retry for fifteen reads',
      series: { ...goodReads, ...retries('session', '0+1x100') },
      afterMinutes: 12,
    },
    {
      when: 'canaries are retried, as they must be',
      series: { ...goodReads, ...retries('session', '0+10x100', 'canary') },
      afterMinutes: 12,
    },
  ),
  ...of(
    'HopwatchThrottled',
    'ticket',
    { when: 'the SDK retries after 429', series: retries('throttle', '0+2x100'), afterMinutes: 15, fires: ofHop },
    {
      when: 'runs are held back',
      series: gauge('hopwatch_run_admission_ratio', '1x8 0.5x100'),
      afterMinutes: 15,
      fires: ofScenario,
    },
    { when: 'it happened twice', series: retries('throttle', '0x20 2x100'), afterMinutes: 15 },
  ),
  ...of(
    'HopwatchReadLatency',
    'ticket',
    {
      when: 'a third of the reads take longer than 250 ms',
      series: readsWithin({ '0.25': '0+10x200', '0.5': '0+15x200', '+Inf': '0+15x200' }),
      afterMinutes: 25,
      fires: ofScenario,
    },
    {
      when: 'only the control arm is slow',
      series: readsWithin({ '0.25': '0+10x200', '0.5': '0+15x200', '+Inf': '0+15x200' }, 'control'),
      afterMinutes: 25,
    },
    {
      when: 'three reads in all are slow',
      series: readsWithin({ '0.25': '0x200', '0.5': '0x50 1x10 2x10 3x100', '+Inf': '0x50 1x10 2x10 3x100' }),
      afterMinutes: 25,
    },
  ),
  ...of('HopwatchRequestUnitBudget', 'ticket', {
    when: 'it is all but spent',
    series: gauge('hopwatch_request_unit_budget_ratio', '0.99x200'),
    afterMinutes: 20,
    fires: ofScenario,
  }),
  ...of(
    'HopwatchFiguresIncomplete',
    'ticket',
    {
      when: 'series are refused',
      series: { hopwatch_series_refused_total: '0x8 4x100' },
      afterMinutes: 5,
      fires: [{}],
    },
    {
      when: 'an output fails',
      series: { 'hopwatch_sink_errors_total{sink="log"}': '0x8 1x100' },
      afterMinutes: 5,
      fires: [{ sink: 'log' }],
    },
  ),
]

/** One sample a minute, for rules that look back for days. */
const dayOfReads = reads('fresh', 'intact', '0+600x4400')
const slowly = (alert: string, bad: (values: string) => Series): RuleCase[] => [
  {
    alert,
    severity: 'ticket',
    when: 'four of a thousand are bad for a day',
    series: { ...dayOfReads, ...bad('0+2.4x4400') },
    afterMinutes: 1500,
    fires: ofScenario,
  },
  {
    alert,
    severity: 'ticket',
    when: 'it ended seven hours ago',
    series: { ...dayOfReads, ...bad('0+2.4x1080 2592x4400') },
    afterMinutes: 1500,
  },
  {
    alert,
    severity: 'ticket',
    when: 'one of two thousand is bad',
    series: { ...dayOfReads, ...bad('0+0.3x4400') },
    afterMinutes: 1500,
  },
]

const control = (stale: string): Series => ({
  ...reads('fresh', 'lost', '0+12x1500', 'control'),
  ...reads('stale', 'lost', stale, 'control'),
})

export const slowCases: readonly RuleCase[] = [
  ...slowly('HopwatchStaleReadBurnRate', (values) => reads('stale', 'lost', values)),
  ...slowly('HopwatchTokenLossBurnRate', (values) => reads('fresh', 'foreign', values)),
  {
    alert: 'HopwatchControlShowsNothing',
    severity: 'ticket',
    when: 'nothing was stale for a day',
    series: control('0x1500'),
    afterMinutes: 1440,
    fires: ofScenario,
  },
  {
    alert: 'HopwatchControlShowsNothing',
    severity: 'ticket',
    when: 'something was stale every few hours',
    series: control('0x200 1x200 2x200 3x200 4x200 5x200 6x300'),
    afterMinutes: 1440,
  },
  {
    alert: 'HopwatchControlShowsNothing',
    severity: 'ticket',
    when: 'hardly anything was read',
    series: { ...reads('fresh', 'lost', '0+0.01x1500', 'control'), ...reads('stale', 'lost', '0x1500', 'control') },
    afterMinutes: 1440,
  },
]
