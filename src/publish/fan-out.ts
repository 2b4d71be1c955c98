import type { Clock } from '../base/clock.ts'
import type { Sink } from '../domain/journey.ts'
import type { Logger } from './logger.ts'
import { RateLimit } from './rate-limit.ts'

export interface NamedSink {
  readonly name: string
  readonly sink: Sink
}

/**
 * One sink that feeds many. A sink that throws costs itself that run and nobody else anything: it is counted
 * (`onError`, each time) and logged (at most once a minute a sink).
 */
export function fanOut(
  sinks: readonly NamedSink[],
  { clock, logger, onError }: { clock: Clock; logger: Logger; onError: (sink: string) => void },
): Sink {
  const limit = new RateLimit(clock, 1, 60_000)
  const eachSink = (feed: (sink: Sink) => void) => {
    for (const { name, sink } of sinks) {
      try {
        feed(sink)
      } catch (error) {
        onError(name)
        if (limit.passes(name)) logger.error({ sink: name, err: error }, 'an output failed to take a run')
      }
    }
  }
  return {
    record: (run) => eachSink((sink) => sink.record(run)),
    missed: (scenario, reason, count) => eachSink((sink) => sink.missed(scenario, reason, count)),
  }
}
