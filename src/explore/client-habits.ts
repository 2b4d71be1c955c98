/** What clients do besides, each allowed to some. */
export interface ClientHabits {
  /** Whether answers carry tokens; false: as of a server without sessions. */
  readonly issuesTokens: boolean
  /** Whether clients are told what ranges come from. */
  readonly tellsAncestry: boolean
  /** A query over all ranges asks each by itself, after a query plan, until it has the document. */
  readonly asksByRange: boolean
  /** Where there is no token, an empty one is sent. */
  readonly sendsEmptyTokens: boolean
  /** Whether somebody else is served before an operation: a client remembers what comes of that too. */
  readonly servesAnother: () => boolean
  /** What else the client asks before an operation: nothing, of the account, or of an account that does not answer. */
  readonly looksUp: () => LookUp
}

export type LookUp = 'nothing' | 'metadata' | 'unreachable'

/** As most do. */
export const plainHabits: ClientHabits = {
  issuesTokens: true,
  tellsAncestry: true,
  asksByRange: false,
  sendsEmptyTokens: false,
  servesAnother: () => false,
  looksUp: () => 'nothing',
}
