import { staleReadBurnRate, tokenLossBurnRate } from './alerts/burn-rates.ts'
import { readLatency, requestUnitBudget, sessionRetryStorm, throttled } from './alerts/cost.ts'
import { down, figuresIncomplete, probeAbsent, probeBlind, probeLate, targetDown } from './alerts/probe.ts'
import { brokenPromise, canaryIgnored, canaryLost, controlShowsNothing, silentDowngrade } from './alerts/promises.ts'
import { staleReadAlarm, tokenLossAlarm, tokenLossRegression } from './alerts/token-loss.ts'
import { longFigures, recentFigures, recordedEverySeconds } from './figures.ts'
import type { Alert, RuleGroup } from './rule.ts'
import { type RuledScenario, thresholdsOf } from './thresholds.ts'
import { watchesOf } from './watch.ts'

/** Every alert, those that tell of harm first. Only scenarios whose period is known can be missed. */
export function alertsFor(scenarios: readonly RuledScenario[]): readonly Alert[] {
  const watches = watchesOf(scenarios.map(({ periodMs }) => periodMs))
  return [
    brokenPromise,
    staleReadBurnRate,
    staleReadAlarm,
    tokenLossRegression,
    tokenLossAlarm,
    tokenLossBurnRate,
    silentDowngrade,
    canaryLost,
    canaryIgnored,
    down,
    targetDown,
    probeAbsent(watches),
    probeBlind(watches),
    probeLate(watches),
    sessionRetryStorm,
    throttled,
    readLatency,
    requestUnitBudget,
    controlShowsNothing,
    figuresIncomplete,
  ]
}

/** Prometheus' rules for these scenarios. */
export const rulesFor = (scenarios: readonly RuledScenario[]): readonly RuleGroup[] => [
  { name: 'hopwatch-objectives', interval: '1m', rules: scenarios.flatMap(thresholdsOf) },
  { name: 'hopwatch-long-rates', interval: '1m', rules: longFigures },
  {
    name: 'hopwatch-alerts',
    interval: `${recordedEverySeconds}s`,
    // In one group with the rates of now, which are then never older than the alerts.
    rules: [
      ...recentFigures,
      ...alertsFor(scenarios).flatMap((alert) => alert.variants.map((variant) => ({ ...variant, alert }))),
    ],
  },
]
