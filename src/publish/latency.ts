import { build, type Histogram } from 'hdr-histogram-js'

/**
 * Latencies in steps of 10 µs to two significant digits: a quantile is at most 1 % off, and a histogram takes a few kB.
 * An hour is the most that is told apart; no operation lives that long.
 */
const unitsPerMs = 100
const mostUnits = 3_600_000 * unitsPerMs

export const createLatencies = (): Histogram => build({ numberOfSignificantValueDigits: 2, bitBucketSize: 32 })

export function recordLatency(latencies: Histogram, durationMs: number): void {
  latencies.recordValue(Math.min(mostUnits, Math.max(0, Math.round(durationMs * unitsPerMs))))
}

/** In milliseconds; `quantile` in 0…1. Undefined when nothing was recorded. */
export function latencyQuantileMs(latencies: Histogram, quantile: number): number | undefined {
  return latencies.totalCount === 0 ? undefined : latencies.getValueAtPercentile(quantile * 100) / unitsPerMs
}

export interface LatencyFigures {
  readonly count: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** Undefined when nothing was recorded. */
export function latencyFigures(latencies: Histogram): LatencyFigures | undefined {
  const p50Ms = latencyQuantileMs(latencies, 0.5)
  const p95Ms = latencyQuantileMs(latencies, 0.95)
  const p99Ms = latencyQuantileMs(latencies, 0.99)
  if (p50Ms === undefined || p95Ms === undefined || p99Ms === undefined) return undefined
  return { count: latencies.totalCount, p50Ms, p95Ms, p99Ms }
}
