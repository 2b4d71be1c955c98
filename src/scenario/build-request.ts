import type { z } from 'zod'
import type { Step } from '../domain/scenario.ts'
import type { requestStep } from './request-schema.ts'

/** Not found is what every HTTP service says with 404, unless the file says otherwise. */
const usuallyMissing = 404

export function buildRequest(step: z.output<typeof requestStep>): Extract<Step, { kind: 'request' }> {
  const { method, url, headers, body, expect = [] } = step.request
  return {
    kind: 'request',
    at: step.at,
    does: step.does,
    request: { method, path: url, headers, body, expect: [expect].flat(), token: step.token },
    version: step.version,
    missing: step.does === 'read' ? (step.missing ?? usuallyMissing) : undefined,
  }
}
