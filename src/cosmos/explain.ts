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

/** What helps to name the remedy. */
export interface Circumstances {
  /** Where the secret came from: the name of a variable or of a file. */
  readonly secretFrom?: string | undefined
  /** This machine's clock. */
  readonly nowWallMs?: number | undefined
  /** Whether the key is read anew where it came from while it is refused. */
  readonly keyCanChange?: boolean | undefined
  /** What was wrong with the key that was found there then. */
  readonly keyProblem?: TargetProblem | undefined
}

const keyIsReadAtStart = 'it is read at the start alone: restart hopwatch once it has changed'
const keyIsReadAnew = 'while it is refused it is read anew, so once it has changed there no restart is needed'

/** What went wrong while `doing` something with the account as a whole, with what to do about it. */
export function explainFailure(
  error: unknown,
  doing: string,
  endpoint: URL,
  attempts: readonly Attempt[] = [],
  { secretFrom, nowWallMs, keyCanChange, keyProblem }: Circumstances = {},
): TargetProblem {
  if (error instanceof TargetProblem) return error
  const { status } = statusOf(error)
  const said = messageOf(error)
  if (status === 401) {
    return new TargetProblem(
      'refused',
      `${endpoint.origin} refused the credentials while ${doing}: 401, ${said}`,
      clockRemedy(error, nowWallMs) ??
        (keyProblem && `${keyProblem.message}: ${keyProblem.remedy}`) ??
        `check that the key${secretFrom === undefined ? '' : ` in ${secretFrom}`} belongs to this account and has not been regenerated (${keyCanChange ? keyIsReadAnew : keyIsReadAtStart}), and that this clock is right within 15 minutes`,
      attempts,
    )
  }
  if (status === 403) {
    return new TargetProblem(
      'refused',
      `${endpoint.origin} does not allow ${doing}: 403, ${said}`,
      clockRemedy(error, nowWallMs) ??
        "check the account's firewall, and the identity's data plane role (Cosmos DB Built-in Data Contributor reads and writes items; no data plane role creates databases or containers)",
      attempts,
    )
  }
  if (error instanceof Error && /^(Credential|Authentication|AggregateAuthentication)/.test(error.name)) {
    return new TargetProblem(
      'refused',
      `no Microsoft Entra token for ${endpoint.origin} while ${doing}: ${said}`,
      'give this process a workload or managed identity, or log in with az login; or set COSMOS_KEY, COSMOS_KEY_FILE or COSMOS_CONNECTION_STRING',
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
    networkRemedy(error),
    attempts,
  )
}

/** By the code of Node's error, or by its message: where the SDK must not see the code (see the wire tap), that is all there is. */
const networkRemedies: readonly (readonly [RegExp, string])[] = [
  [
    /ENOTFOUND|EAI_AGAIN/,
    'check the spelling of the endpoint (COSMOS_ENDPOINT, or "endpoint" in hopwatch.yaml) and the name resolution of the network here; with a private endpoint, the zone privatelink.documents.azure.com',
  ],
  [
    /ECONNREFUSED/,
    'nothing listens there: check host and port of the endpoint (COSMOS_ENDPOINT, or "endpoint" in hopwatch.yaml) and the network; for a trial, "hopwatch simulate" prints an endpoint',
  ],
  [
    /certificate|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)/,
    'something answers in place of the account, with a certificate that is not trusted: where that is meant (a proxy, an emulator), name its authority in NODE_EXTRA_CA_CERTS',
  ],
]

function networkRemedy(error: unknown): string {
  const { code = '', message = '' }: { code?: unknown; message?: string } = error instanceof Error ? error : {}
  const known = networkRemedies.find(([pattern]) => pattern.test(`${String(code)} ${message}`))
  return known?.[1] ?? 'check the endpoint, the name resolution and the network between here and the account'
}

/** Beyond a quarter of an hour Azure refuses; where a refusal shows so much, the clock is what is wrong, and not the key. */
const clockTolerance = { ms: 15 * 60_000, minuteMs: 60_000 } as const
/** How Azure puts it, with 403. Of a clock that is ahead it takes less: 7 minutes were too many (azure-cosmos-dotnet-v2#512). */
const saysClock = /not valid at the current time/i

/** Undefined where the clock is not to blame, as far as the refusal's own date tells. */
function clockRemedy(error: unknown, nowWallMs: number | undefined): string | undefined {
  const received: unknown = error instanceof Error ? Reflect.get(error, 'headers') : undefined
  const date: unknown = typeof received === 'object' && received !== null ? Reflect.get(received, 'date') : undefined
  const aheadMs = nowWallMs === undefined || typeof date !== 'string' ? Number.NaN : nowWallMs - Date.parse(date)
  const toleratedMs = saysClock.test(messageOf(error)) ? clockTolerance.minuteMs : clockTolerance.ms
  if (!(Math.abs(aheadMs) > toleratedMs)) return undefined
  const minutes = Math.round(Math.abs(aheadMs) / clockTolerance.minuteMs)
  return `set the clock of this machine: it is ${minutes} minutes ${aheadMs > 0 ? 'ahead of' : 'behind'} the account's, and requests are signed with the time`
}
