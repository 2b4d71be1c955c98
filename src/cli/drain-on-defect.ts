import type { Clock } from '../base/clock.ts'
import type { Logger } from '../publish/logger.ts'

interface DrainedService {
  drain(graceMs: number): Promise<unknown>
}

interface DrainOnDefectOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** How long runs under way may take to end. */
  readonly graceMs: () => number
}

/** Our own places. The message could quote anything, on any of its lines, and the name says enough to search for. */
export const placeOfDefect = (error: unknown): string =>
  error instanceof Error
    ? [error.name, ...(error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))].join('\n')
    : ''

/** For what a drain does beyond the grace; whatever has not ended by then is broken, too. */
const beyondGraceMs = 5000

/**
 * Waits for `work`, after which whoever called stops the service. A defect in it must not leave behind a service that nobody stops and that
 * whoever watches over the process takes for healthy: it is drained, within a bound, and the defect thrown again, for the process to end with.
 */
export async function drainOnDefect(
  service: DrainedService,
  { clock, logger, graceMs }: DrainOnDefectOptions,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    const ms = graceMs()
    logger.fatal(
      { place: placeOfDefect(error), graceMs: ms },
      'hopwatch failed by a defect of its own: stopping; letting runs under way end',
    )
    const over = new AbortController()
    const drained = service
      .drain(ms)
      .catch((problem: unknown) => logger.error({ err: problem }, 'did not stop cleanly'))
    await Promise.race([drained, clock.sleep(ms + beyondGraceMs, over.signal)])
    over.abort()
    throw error
  }
}
