/** A request to the user's own service. Texts may hold `${run.…}` values. */
export interface EndpointRequest {
  readonly method: EndpointMethod
  /** A path below the hop's endpoint. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent as JSON; undefined: no body. */
  readonly body: unknown
  /** The statuses that mean "done as asked"; empty: any of 200 to 299. */
  readonly expect: readonly number[]
  /** What the service shows of the session token: of a write the one that it returned, of a read the one that it read with. */
  readonly token: TokenPlace | undefined
}

export const endpointMethods = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'] as const
type EndpointMethod = (typeof endpointMethods)[number]

/** Where an answer shows the version: a JSON pointer (RFC 6901), or a pattern whose first group is the number. */
export type VersionPlace = { readonly pointer: string } | { readonly pattern: string }

export type TokenPlace = { readonly header: string } | { readonly cookie: string } | { readonly pointer: string }

/** The names that may stand in `${run.…}`. */
export const runValueNames = ['id', 'key', 'version', 'token'] as const
export type RunValueName = (typeof runValueNames)[number]
