import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { NamedSink } from '../publish/fan-out.ts'
import type { LineTap, Logger } from '../publish/logger.ts'
import { readSignals, type Signal } from '../publish/otel/signals.ts'
import type { Telemetry } from '../publish/otel/start-telemetry.ts'

export interface OpenTelemetryOptions {
  /** The process's own, for the exporters read it there. */
  readonly env: Record<string, string | undefined>
  /** What the configuration file says of `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string | undefined
  readonly clock: Clock
  readonly logger: Logger
  /** The lines of `logger`. */
  readonly lines: LineTap
  /** Unless `OTEL_SERVICE_NAME` says otherwise. */
  readonly serviceName: string
  readonly version: string
  readonly instance: string
  /** What this process has to send. */
  readonly offers: readonly Signal[]
}

/**
 * OpenTelemetry as the standard variables, or the configuration in their place, ask for it. Undefined: they do not, and nothing of its SDK is loaded, which would cost 0.3 s and 30 MB.
 * Throws ConfigurationProblem for what can never work.
 */
export async function openTelemetry(options: OpenTelemetryOptions): Promise<Telemetry | undefined> {
  const { env, endpoint, lines, logger } = options
  if (endpoint !== undefined && !env.OTEL_EXPORTER_OTLP_ENDPOINT) env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint
  const signals = readSignals(env, options.offers)
  if (signals === undefined) return undefined
  const { startTelemetry } = await import('../publish/otel/start-telemetry.ts')
  const telemetry = await startTelemetry({ ...options, signals, fingerprintKey: randomBytes(32) })
  lines.listener = telemetry.writeLine
  logger.info({ signals: Object.keys(signals) }, 'OpenTelemetry is on')
  return telemetry
}

export function telemetrySinks(
  telemetry: Telemetry | undefined,
  scenarioOf: (name: string) => Scenario | undefined,
): NamedSink[] {
  const traces = telemetry?.openTraces(scenarioOf)
  return traces === undefined ? [] : [{ name: 'traces', sink: traces }]
}

/** At least this long, even if runs have used up the grace: what they found last is worth more than a second. */
const leastMs = 1000

/** Sends what is left, within what is left of the grace. False: something may still be under way. */
export const closeTelemetry = async (telemetry: Telemetry | undefined, leftMs: number): Promise<boolean> =>
  (await telemetry?.close(Math.max(leastMs, leftMs))) ?? true
