import type { CosmosClientOptions } from '@azure/cosmos'
import type { HopDeclaration } from '../domain/scenario.ts'
import { type Credential, userAgentSuffix } from './access.ts'
import { type AccountEvidence, findRegion, writeOrigin } from './account-evidence.ts'
import type { AccountLink } from './account-link.ts'

/**
 * Settings of a hop's client. The SDK changes the object that it is given, so each client gets its own.
 * `container` answers the SDK's question about the container's partition key (see `SingleCall`).
 * Throws `TargetProblem` when the account lacks the hop's region.
 */
export function clientOptions(
  hop: HopDeclaration,
  link: AccountLink,
  credential: Credential,
  evidence: AccountEvidence,
  containerBody: string,
): CosmosClientOptions {
  const region = hop.region === undefined ? undefined : findRegion(evidence, hop.region)
  const settings = {
    ...credential,
    // Without it the SDK sends no session token of its own memory, whatever the account's default level is.
    consistencyLevel: hop.consistency,
    userAgentSuffix,
  }
  if (hop.retries === 'none') return { ...settings, ...singleCallOptions(region, link, evidence, containerBody) }
  return {
    ...settings,
    endpoint: link.endpoint.href,
    httpClient: link.tap.httpClient(),
    // All else as an application gets it: 9 retries on 429 within 30 s, a time limit of 60 s, endpoint discovery with a
    // refresh every 5 min, several write locations used where the account has them, partition level failover where the
    // account allows it and no circuit breaker.
    connectionPolicy: region === undefined ? {} : { preferredLocations: preferredLocations(region, evidence) },
  }
}

/**
 * The hop's region first, then the others as the account lists them, as Microsoft recommends. Alone in the list, a
 * region would be its own failover: the SDK counts modulo the list's length.
 */
const preferredLocations = (region: string, { readRegions }: AccountEvidence): string[] => [
  region,
  ...readRegions.filter((other) => other !== region),
]

/** Exactly one HTTP call an operation: bound to one region's endpoint, no discovery, no retry. */
function singleCallOptions(
  region: string | undefined,
  link: AccountLink,
  evidence: AccountEvidence,
  containerBody: string,
): CosmosClientOptions {
  const chosen = region ?? evidence.readRegions[0]
  const endpoint = chosen === undefined ? undefined : evidence.endpoints.get(chosen)
  const single = {
    containerBody,
    // Asked again for each write, because the write region moves.
    writeOrigin: () => {
      const now = link.evidence()
      return now instanceof Promise ? undefined : writeOrigin(now, region)
    },
  }
  return {
    endpoint: endpoint ?? link.endpoint.href,
    httpClient: link.tap.httpClient(single),
    connectionPolicy: {
      // Off, 404/1002, 503, time limits and 403/3 are not retried either; and no `GET /` is made.
      enableEndpointDiscovery: false,
      enableBackgroundEndpointRefreshing: false,
      retryOptions: { maxRetryAttemptCount: 0 },
    },
  }
}
