import { DiagLogLevel, diag } from '@opentelemetry/api'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../logger.ts'
import { RateLimit } from '../rate-limit.ts'

const levels: Readonly<Record<string, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
}

/**
 * What the SDK says of itself goes to our log, a message of one kind at most once a minute: an SDK in trouble says the same for each batch.
 * `OTEL_LOG_LEVEL` says how much of it (default: warnings and errors).
 */
export function routeDiagnostics(logger: Logger, clock: Clock, level: string | undefined): void {
  const limit = new RateLimit(clock, 1, 60_000)
  const tell =
    (as: 'error' | 'warn' | 'info' | 'debug') =>
    (message: string, ...details: unknown[]) => {
      limit.takeExpired()
      if (limit.passes(kindOf(message)))
        logger[as]({ sdk: shortened([message, ...details]) }, 'a message of the SDK for OpenTelemetry')
    }
  const [error, warn, info, debug] = [tell('error'), tell('warn'), tell('info'), tell('debug')]
  diag.setLogger(
    { error, warn, info, debug, verbose: debug },
    { logLevel: levels[level?.trim().toLowerCase() ?? ''] ?? DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
}

export const forgetDiagnostics = (): void => diag.disable()

/** Without its figures, so that the same trouble counts as the same. */
const kindOf = (message: string): string => message.replace(/\d+/g, '#').slice(0, 60)

const shortened = (parts: readonly unknown[]): string =>
  parts
    .map((part) => (part instanceof Error ? part.message : typeof part === 'string' ? part : typeof part))
    .join(' ')
    .slice(0, 300)
