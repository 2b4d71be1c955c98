import type { Attempt } from '../domain/observation.ts'
import { redact } from './redact.ts'
import { TargetProblem } from './target-problem.ts'

/** The status of an error of the SDK's that stands for an answer of the service. */
export function statusOf(error: unknown): { status: number | undefined; substatus: number | undefined } {
  const { code, substatus } = error instanceof Error ? (error as { code?: unknown; substatus?: unknown }) : {}
  return {
    status: typeof code === 'number' ? code : undefined,
    substatus: typeof substatus === 'number' ? substatus : undefined,
  }
}

export const messageOf = (error: unknown): string => redact(error instanceof Error ? error.message : String(error))

/** What went wrong while `doing` something with the account as a whole, with what to do about it. */
export function explainFailure(
  error: unknown,
  doing: string,
  endpoint: URL,
  attempts: readonly Attempt[] = [],
): TargetProblem {
  if (error instanceof TargetProblem) return error
  const { status } = statusOf(error)
  const said = messageOf(error)
  if (status === 401) {
    return new TargetProblem(
      'refused',
      `${endpoint.origin} refused the credentials while ${doing}: 401, ${said}`,
      'check that the key belongs to this account and has not been regenerated, and that this clock is right within 15 minutes',
      attempts,
    )
  }
  if (status === 403) {
    return new TargetProblem(
      'refused',
      `${endpoint.origin} does not allow ${doing}: 403, ${said}`,
      "check the account's firewall, and the identity's data plane role (Cosmos DB Built-in Data Contributor reads and writes items; no data plane role creates databases or containers)",
      attempts,
    )
  }
  if (error instanceof Error && /^(Credential|Authentication|AggregateAuthentication)/.test(error.name)) {
    return new TargetProblem(
      'refused',
      `no Microsoft Entra token for ${endpoint.origin} while ${doing}: ${said}`,
      'give this process a workload or managed identity, or log in with az login; or use a key',
      attempts,
    )
  }
  if (status !== undefined && status < 500 && status !== 408 && status !== 429) {
    return new TargetProblem(
      'misconfigured',
      `${endpoint.origin} answered ${status} while ${doing}: ${said}`,
      'check that the endpoint is that of a Cosmos DB account for NoSQL',
      attempts,
    )
  }
  return new TargetProblem(
    'unreachable',
    `${endpoint.origin} cannot be reached while ${doing}: ${status === undefined ? '' : `${status}, `}${said}`,
    'check the endpoint, the name resolution and the network between here and the account',
    attempts,
  )
}
