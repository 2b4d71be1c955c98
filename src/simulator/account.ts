import { batchItems, bulkItems } from './batch-operations.ts'
import { readChanges } from './change-feed.ts'
import { befall, type FaultRule, prevents } from './faults.ts'
import {
  type ItemRequest,
  isReply,
  isWaiting,
  openRequest,
  type Trace,
  tokenReceived,
  type Waiting,
  withOwner,
} from './item-access.ts'
import { readItem, writeItem } from './item-operations.ts'
import { isWrite } from './item-write.ts'
import { changesMetadata, executeMetadata } from './metadata-operations.ts'
import { OperatedAccount } from './operated-account.ts'
import type { ItemOperation, Json, Operation, Outcome, Reply } from './operation.ts'
import { planQuery, queryItems } from './query-operations.ts'
import { answer, refusal, success } from './replies.ts'
import { QueryProblem } from './sql/syntax.ts'
import type { Region, RegionStatus } from './topology.ts'

export type { RegionStatus } from './topology.ts'

/** What a waiting read takes with it from one look to the next. */
interface Attempt {
  readonly startedAtMs: number
  readonly deadlineMs: number
  readonly fault: FaultRule | undefined
}

/**
 * A simulated Cosmos DB account: a simulator of consistency. It never waits and never reads a clock; time comes in as
 * `nowMs`, which must not run backwards. One instance holds all its regions. The same seed and the same calls at the same
 * times give the same answers and the same journal.
 */
export class SimulatedAccount extends OperatedAccount {
  /**
   * What `operation` brings about in `region` now. `attempt` is what an earlier `wait` outcome of the same operation
   * handed out. Throws only for a region that the account does not have.
   */
  execute(
    operation: Operation,
    at: { readonly region: string; readonly nowMs: number; readonly attempt?: unknown },
  ): Outcome {
    const { nowMs } = at
    const region = this.world.topology.region(at.region)
    const attempt: Attempt = (at.attempt as Attempt | undefined) ?? {
      startedAtMs: nowMs,
      deadlineMs: nowMs + this.world.settings.sessionWaitMs,
      fault: this.faults.strike(operation.kind, region.name),
    }
    const trace: Trace = { container: undefined, partitionKey: undefined, id: undefined, served: undefined }
    const outcome = this.#outcome(operation, region, nowMs, attempt, at.attempt === undefined, trace)
    if (outcome.kind === 'reply' && this.journal.isOn) this.#note(operation, region, nowMs, attempt, outcome, trace)
    return outcome
  }

  /** The answer to a query plan request: 200 with the plan, 400 for a wrong query, 501 for an unsupported one. */
  queryPlan(
    query: string,
    parameters: readonly { readonly name: string; readonly value: Json }[] = [],
  ): { status: number; body: Json } {
    return planQuery(query, parameters)
  }

  #outcome(
    operation: Operation,
    region: Region,
    nowMs: number,
    attempt: Attempt,
    isFirstAttempt: boolean,
    trace: Trace,
  ): Outcome {
    if (region.state === 'removed') {
      return answer(refusal(403, `The region ${region.name} was removed from the account.`, { substatus: 1008 }))
    }
    if (region.state !== 'online') {
      const reply = refusal(503, `The region ${region.name} is offline.`)
      return region.state === 'hang' ? { kind: 'reply', reply, fault: { connection: 'hang' } } : answer(reply)
    }
    const { fault } = attempt
    if (fault !== undefined && prevents(fault)) return befall(fault, undefined)
    const at = { region, nowMs, deadlineMs: attempt.deadlineMs, isFirstAttempt, trace }
    const result = this.#perform(operation, at)
    if (isWaiting(result)) return { kind: 'wait', untilMs: result.waitUntilMs, attempt }
    return fault === undefined ? answer(result) : befall(fault, result)
  }

  #perform(operation: Operation, at: Parameters<typeof openRequest>[2]) {
    if (isItemOperation(operation)) return this.#performItem(operation, at)
    if (operation.kind === 'readAccount') {
      return success(
        200,
        { consistency: this.world.settings.consistency, regions: this.regions(at.nowMs).map(plain) },
        0,
      )
    }
    if (changesMetadata(operation.kind) && !this.world.topology.takesWrites(at.region)) return writeForbidden(at.region)
    const second = Math.floor((this.world.settings.wallOriginMs + at.nowMs) / 1000)
    return executeMetadata(operation, { catalog: this.world.catalog, settings: this.world.settings, second })
  }

  #performItem(operation: ItemOperation, at: Parameters<typeof openRequest>[2]) {
    const request = openRequest(this.world, operation, at)
    if (isReply(request)) return request
    if (isWrite(operation) && !this.world.topology.takesWrites(at.region)) {
      return withOwner(writeForbidden(at.region), request.container)
    }
    try {
      return performItem(request, operation)
    } catch (error) {
      if (!(error instanceof QueryProblem)) throw error
      return withOwner(refusal(error.code === 'BadRequest' ? 400 : 501, error.message), request.container)
    }
  }

  #note(
    operation: Operation,
    region: Region,
    nowMs: number,
    attempt: Attempt,
    outcome: Extract<Outcome, { kind: 'reply' }>,
    trace: Trace,
  ): void {
    const { status, substatus } = outcome.reply
    const connection = outcome.fault?.connection
    const sessionToken = 'sessionToken' in operation ? operation.sessionToken : undefined
    this.journal.append({
      kind: 'request',
      atMs: nowMs,
      operation: operation.kind,
      region: region.name,
      status,
      substatus,
      connection,
      container: trace.container,
      partitionKey: trace.partitionKey,
      id: trace.id,
      token: sessionToken === undefined ? undefined : tokenReceived(sessionToken).demanded,
      served: trace.served,
      waitedMs: nowMs > attempt.startedAtMs ? nowMs - attempt.startedAtMs : undefined,
    })
  }
}

function performItem(request: ItemRequest, operation: ItemOperation): Reply | Waiting {
  switch (operation.kind) {
    case 'readItem':
      return readItem(request, operation)
    case 'queryItems':
      return queryItems(request, operation)
    case 'readChanges':
      return readChanges(request, operation)
    case 'batchItems':
      return batchItems(request, operation)
    case 'bulkItems':
      return bulkItems(request, operation)
    default:
      return writeItem(request, operation)
  }
}

const itemKinds: ReadonlySet<Operation['kind']> = new Set([
  'createItem',
  'upsertItem',
  'readItem',
  'replaceItem',
  'patchItem',
  'deleteItem',
  'queryItems',
  'readChanges',
  'batchItems',
  'bulkItems',
])

const isItemOperation = (operation: Operation): operation is ItemOperation => itemKinds.has(operation.kind)

const writeForbidden = (region: Region): Reply =>
  refusal(403, `The region ${region.name} does not take writes.`, { substatus: 3 })

const plain = ({ name, id, state, writable }: RegionStatus): Json => ({ name, id, state, writable })
