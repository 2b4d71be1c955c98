import type { Random } from '../base/random.ts'
import { type ConsistencyLevel, isWeakerOrEqual } from '../protocol/consistency-level.ts'
import { remember } from '../protocol/remember.ts'
import { type ParsedSessionToken, SessionToken } from '../protocol/session-token.ts'
import type { Catalog } from './catalog.ts'
import type { Container } from './container.ts'
import type { ItemVersion } from './item-store.ts'
import { expiryMs, isWrite } from './item-write.ts'
import type { ServedRange, TokenReference } from './journal.ts'
import type { LogState } from './log-state.ts'
import type { Item, ItemOperation, Reply } from './operation.ts'
import type { Settings } from './options.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import type { Served } from './read-policy.ts'
import type { ReplicationWorld } from './replication.ts'
import { ownedReply, refusal } from './replies.ts'
import { requestCharge } from './request-charge.ts'
import type { Region } from './topology.ts'

export interface AccountWorld extends ReplicationWorld {
  readonly settings: Settings
  readonly catalog: Catalog
  /** Sends each read to a replica. */
  readonly reads: Random
}

/** One operation on its way through the core, and what the journal will say of it. */
export interface ItemRequest {
  readonly world: AccountWorld
  readonly container: Container
  readonly region: Region
  readonly nowMs: number
  /** Until when a read waits for its session token's progress. */
  readonly deadlineMs: number
  readonly isFirstAttempt: boolean
  readonly level: ConsistencyLevel
  /** Only for reads under Session; undefined: none came. */
  readonly token: SessionToken | undefined
  readonly trace: Trace
}

export interface Trace {
  container: string | undefined
  partitionKey: string | undefined
  id: string | undefined
  served: ServedRange[] | undefined
}

/** Nobody in the region can answer yet; asking again at `untilMs` is worthwhile. */
export interface Waiting {
  readonly waitUntilMs: number
}

/** Finds the container and settles level and token, or says why the operation is refused. */
export function openRequest(
  world: AccountWorld,
  operation: ItemOperation,
  at: Pick<ItemRequest, 'region' | 'nowMs' | 'deadlineMs' | 'isFirstAttempt' | 'trace'>,
): ItemRequest | Reply {
  const container = world.catalog.container(operation.database, operation.container)
  if (container === undefined) return refusal(404, 'The container does not exist.', { substatus: 1003 })
  at.trace.container = container.rid
  const account = world.settings.consistency
  const level = operation.consistency ?? account
  if (!isWeakerOrEqual(level, account)) {
    return withOwner(
      refusal(400, `The account's consistency is ${account}; a request cannot ask for ${level}.`),
      container,
    )
  }
  const wantsToken = level === 'Session' && !isWrite(operation)
  let token: SessionToken | undefined
  if (operation.sessionToken !== undefined && wantsToken) {
    const { parsed } = tokenReceived(operation.sessionToken)
    if ('problem' in parsed) {
      return withOwner(refusal(400, `The session token does not parse: ${parsed.problem}.`), container)
    }
    token = parsed.token
  }
  const { region, nowMs, deadlineMs, isFirstAttempt, trace } = at
  return { world, container, region, nowMs, deadlineMs, isFirstAttempt, level, token, trace }
}

/** Why the range does not take the request now: a split is being completed, or its throughput is used up. */
export function notAdmitted(request: ItemRequest, range: PartitionKeyRange): Reply | undefined {
  if (!request.isFirstAttempt) return undefined
  if (request.nowMs < range.settledAtMs) {
    return withOwner(refusal(410, 'A split or merge is being completed.', { substatus: 1007 }), request.container)
  }
  const retryAfterMs = range.retryAfterMs(request.region, request.container.throughputPerRange, request.nowMs)
  if (retryAfterMs === 0) return undefined
  const reply = refusal(429, 'The request rate is too large for the provisioned throughput.', {
    substatus: 3200,
    retryAfterMs,
  })
  return withOwner(reply, request.container)
}

/** The state of the range that answers this read now, a time to wait for, or 404/1002. */
export function chooseState(request: ItemRequest, range: PartitionKeyRange): Served | Waiting | Reply {
  const { world, container, region, nowMs, level, token, deadlineMs } = request
  const rangeToken = token?.forRange(range.id, container.ancestry)
  const demand = rangeToken && range.demand(rangeToken)
  const chosen = Math.floor(world.reads.next() * 4)
  const served = range.read(level, { region, nowMs, chosen, demand, bound: world.settings.boundedStaleness })
  if (served !== 'not-yet') {
    if (world.journal.isOn) noteServed(request, range, served, demand)
    return served
  }
  if (nowMs < deadlineMs) {
    const settledAtMs = range.reachedAtMs(region, demand!) ?? Number.POSITIVE_INFINITY
    // A demand for more than its components tell is not met by reaching each of them.
    const reachedAtMs = settledAtMs > nowMs ? settledAtMs : Number.POSITIVE_INFINITY
    // What is not yet on its way may come to be (a later commit, a resumed link), so look again from time to time.
    const againMs = nowMs + Math.max(1, world.settings.sessionWaitMs / 10)
    return { waitUntilMs: Math.min(reachedAtMs, deadlineMs, againMs) }
  }
  if (world.journal.isOn) {
    noteServed(request, range, range.position(region, chosen, nowMs), demand)
  }
  const reply = refusal(404, 'The read session is not available for the input session token.', {
    substatus: 1002,
    requestCharge: requestCharge.notFound(level),
  })
  return withOwner(reply, request.container)
}

export const isReply = (value: object): value is Reply => 'status' in value
export const isWaiting = (value: object): value is Waiting => 'waitUntilMs' in value

export function noteServed(
  request: ItemRequest,
  range: PartitionKeyRange,
  served: Served,
  demand: LogState | undefined,
): void {
  const { trace } = request
  const { version, locals } = range.tokenAt(served)
  const { lsn, replica } = served
  const answer: ServedRange = { range: range.id, replica, version, lsn, locals, requiredLsn: demand?.lsn }
  if (trace.served === undefined) trace.served = [answer]
  else trace.served.push(answer)
}

/** The reply as this state of `range` gives it: with its session token, and charged to the range. */
export function fromRange(request: ItemRequest, range: PartitionKeyRange, state: LogState, reply: Reply): Reply {
  range.spend(request.region, reply.requestCharge)
  const { rid, path } = request.container
  return ownedReply(reply, rid, path, range.tokenAt(state).text, state.lsn)
}

export const withOwner = (reply: Reply, { rid, path }: Container): Reply => ownedReply(reply, rid, path)

export const expiryOf = (container: Container) => (version: ItemVersion) =>
  expiryMs(version.item?.ttl, container.definition.defaultTtl ?? undefined, version.committedAtMs)

/** The item, unless it is deleted or has expired. */
export function visibleItem(
  container: Container,
  version: Pick<ItemVersion, 'item' | 'committedAtMs'> | undefined,
  nowMs: number,
): Item | undefined {
  if (version?.item === undefined) return undefined
  const { defaultTtl } = container.definition
  if (defaultTtl === undefined || defaultTtl === null) return version.item
  const dueMs = expiryMs(version.item.ttl, defaultTtl, version.committedAtMs)
  return dueMs === undefined || dueMs > nowMs ? version.item : undefined
}

/** A session token as received. */
class ReceivedToken {
  readonly parsed: ParsedSessionToken
  #demanded: 'malformed' | readonly TokenReference[] | undefined

  constructor(text: string) {
    this.parsed = SessionToken.parse(text)
  }

  /** What it demands, for the journal, whatever becomes of the request. */
  get demanded(): 'malformed' | readonly TokenReference[] {
    this.#demanded ??= 'problem' in this.parsed ? 'malformed' : references(this.parsed.token)
    return this.#demanded
  }
}

/** Asked of one token by the request, by each look of a waiting read and by the journal. */
export const tokenReceived = remember((text) => new ReceivedToken(text), { entries: 256, longestText: 1024 })

const references = (token: SessionToken): TokenReference[] =>
  token.rangeIds.map((range) => {
    const { version, globalLsn, localLsns } = token.forRange(range)!
    return { range, version: Number(version ?? -1), lsn: Number(globalLsn), locals: numbers(localLsns) }
  })

function numbers(lsns: ReadonlyMap<string, bigint>): Readonly<Record<string, number>> {
  const locals: Record<string, number> = {}
  for (const [region, lsn] of lsns) locals[region] = Number(lsn)
  return locals
}
