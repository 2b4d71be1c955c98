import { createHash } from 'node:crypto'

/**
 * W3C Trace Context for the requests of one run. The trace id is the run's id twice, so that a run is found in the tracing
 * of the services by the id that hopwatch prints; it is not marked as sampled, so that a probe costs them nothing.
 */
export function traceparent(run: string): string {
  const id = /^[0-9a-f]{16}$/.test(run) ? run : createHash('sha256').update(run).digest('hex').slice(0, 16)
  return `00-${id}${id}-${id}-00`
}
