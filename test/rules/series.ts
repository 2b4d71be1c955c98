/** Series of a rule test by their selectors, in promtool's notation of values: `0+15x40`. */
export type Series = Readonly<Record<string, string>>

export const scenario = 'travel-itinerary'

const selector = (metric: string, labels: Readonly<Record<string, string>>): string =>
  `${metric}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`

export type Arm = 'propagated' | 'control' | 'canary'

export const reads = (verdict: string, token: string, values: string, arm: Arm = 'propagated'): Series => ({
  [selector('hopwatch_reads_total', { scenario, arm, hop: 'itinerary', region: 'North Europe', verdict, token })]:
    values,
})

export const carries = (token: string, values: string, arm: Arm = 'propagated'): Series => ({
  [selector('hopwatch_token_carries_total', {
    scenario,
    arm,
    from: 'gateway',
    to: 'itinerary',
    carrier: 'redirect',
    token,
  })]: values,
})

export const findings = (finding: string, values: string): Series => ({
  [selector('hopwatch_findings_total', { scenario, arm: 'propagated', finding })]: values,
})

export const canaries = (result: string, values: string): Series => ({
  [selector('hopwatch_canaries_total', { scenario, arm: 'canary', hop: 'itinerary', result })]: values,
})

export const runs = (result: string, values: string, arm: Arm = 'propagated'): Series => ({
  [selector('hopwatch_runs_total', { scenario, arm, result })]: values,
})

export const retries = (reason: string, values: string, arm: Arm = 'propagated'): Series => ({
  [selector('hopwatch_retries_total', { scenario, arm, hop: 'itinerary', reason })]: values,
})

/** Reads that took at most `leSeconds`, cumulative as Prometheus has them. */
export const readsWithin = (values: Readonly<Record<string, string>>, arm: Arm = 'propagated'): Series =>
  Object.fromEntries([
    ...Object.entries(values).map(([le, counts]) => [
      selector('hopwatch_read_duration_seconds_bucket', { scenario, arm, le }),
      counts,
    ]),
    [selector('hopwatch_read_duration_seconds_count', { scenario, arm }), values['+Inf'] ?? '0'],
  ])

export const gauge = (metric: string, values: string): Series => ({ [selector(metric, { scenario })]: values })
export const target = (values: string): Series => ({ [selector('hopwatch_target_up', { target: 'default' })]: values })
