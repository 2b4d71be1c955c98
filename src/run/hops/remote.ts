import type { Clock } from '../../base/clock.ts'
import type { Attempt } from '../../domain/observation.ts'
import {
  allSteps,
  type CarrierKind,
  type HopDeclaration,
  type RequestCarrier,
  requestCarriers,
  type Scenario,
} from '../../domain/scenario.ts'
import { WireToken } from '../../protocol/wire-token.ts'
import { arrived, type Carrier, type Delivery, lostBecause } from '../carriers/carrier.ts'
import { isWithin } from '../carriers/codec.ts'
import type { Hop, HopAnswer, HopOperation } from '../hop.ts'
import { HopCaller } from '../remote/caller.ts'
import { type OperationCall, paths, proofOf, queryNames, type RemoteProblem, readAnswer } from '../remote/protocol.ts'
import { readAnswerMessage, readArrival } from '../remote/read-message.ts'
import { codecs, findInAnswer, placeInRequest, requestCarrier } from '../remote/token-place.ts'
import { requestTrace, type SampleTrace } from '../trace-context.ts'

export interface RemoteNeeds {
  readonly scenario: Scenario
  readonly owner: string
  readonly clock: Clock
  /** Bearer token of the hop's API. */
  readonly hopToken?: string | undefined
  /** Told of what keeps a hop from answering, without secrets; undefined: it answers again. */
  readonly onHopProblem?: ((hop: string, problem: string | undefined) => void) | undefined
  /** Fingerprints of the account that this process speaks to; empty: not known yet. */
  readonly account?: (() => readonly string[]) | undefined
  /** Undefined: nobody records traces. */
  readonly sampleTrace?: SampleTrace | undefined
}

/** A hop in another process, reached through whatever stands before it: the token travels in a real request. */
export function remoteHop(declaration: HopDeclaration, needs: RemoteNeeds): Hop {
  const { name, remote = '', region, client, retries, consistency } = declaration
  const { scenario, owner, clock } = needs
  const caller = new HopCaller(remote, needs.hopToken)
  const carries = allSteps(scenario.journey).filter((step) => step.kind === 'carry')
  const arrivesBy = requestCarrier(carries.find(({ to }) => to === name)?.carrier)
  const leavesBy = requestCarrier(carries.find(({ from }) => from === name)?.carrier)
  let generation = 0
  let handed: { run: string; token: WireToken | undefined } | undefined
  let told: string | undefined

  // A user may arrive at a hop that then does its operations wrongly, each time anew: that is one problem, told once.
  const problems: Record<'operation' | 'arrival', string | undefined> = { operation: undefined, arrival: undefined }
  const tell = (of: keyof typeof problems) => (problem: string | undefined) => {
    problems[of] = problem
    const now = problems.operation ?? problems.arrival
    if (now !== told) needs.onHopProblem?.(name, now)
    told = now
  }
  const tellOperation = tell('operation')

  const handOver = (run: string, text: string | undefined) => {
    const token = text === undefined ? undefined : new WireToken(text)
    const before = handed?.run === run ? handed.token : undefined
    const both = before?.parsed && token?.parsed ? WireToken.from(before.parsed.merge(token.parsed)) : (token ?? before)
    handed = { run, token: both }
  }

  return {
    name,
    async execute(operation, context, signal) {
      const startedAtMs = clock.nowMs()
      const call: OperationCall = {
        scenario: { name: scenario.name, container: scenario.container, partitionKey: scenario.partitionKey },
        owner,
        hop: { name, region, client, retries, consistency },
        generation,
        consistency: context.consistency,
        arrivesBy,
        leavesBy,
        operation,
      }
      const { run = '' } = context
      const trace = requestTrace(run, needs.sampleTrace)
      const encoded = context.sessionToken && codecs[arrivesBy].encode(context.sessionToken.reveal())
      const nonce = caller.newNonce()
      const reply = await caller.ask(
        {
          // A read is a GET, as a service's own reads are: what caches on the way do to those, they do to this.
          method: 'document' in operation || arrivesBy === 'body' ? 'POST' : 'GET',
          path: paths.operation,
          query: { [queryNames.operation]: Buffer.from(JSON.stringify(call)).toString('base64url') },
          token: placeInRequest(arrivesBy, encoded),
          trace,
        },
        nonce,
        (message) => readAnswerMessage(message, operation),
        signal,
      )
      const giveUp = (problem: RemoteProblem) => {
        tellOperation(problem.message)
        const answer = unanswered(
          operation,
          problem,
          name,
          startedAtMs,
          clock.nowMs() - startedAtMs,
          new URL(remote).host,
        )
        return under(trace.spanId, answer)
      }
      if ('reason' in reply) return giveUp(reply)
      const isElsewhere = elsewhere(needs.account?.() ?? [], reply.message.account, remote)
      if (isElsewhere) return giveUp(isElsewhere)
      tellOperation(undefined)
      handOver(run, findInAnswer(leavesBy, reply.headers, reply.message.handed))
      return under(trace.spanId, readAnswer(reply.message, name, startedAtMs))
    },
    reconnect() {
      generation++
    },
    carrierTo: (kind) =>
      isRequestCarrier(kind) ? arrival(caller, kind, tell('arrival'), needs.sampleTrace) : undefined,
    handedBack: (run) => (handed?.run === run ? { token: handed.token } : undefined),
  }
}

const isRequestCarrier = (kind: CarrierKind): kind is RequestCarrier =>
  (requestCarriers as readonly string[]).includes(kind)

/** The user arrives at the hop with a token in one part of a real request. */
const arrival = (
  caller: HopCaller,
  kind: RequestCarrier,
  tell: (problem: string | undefined) => void,
  sampleTrace: SampleTrace | undefined,
): Carrier => ({
  async carry(token, { options, damage, run, signal }): Promise<Delivery> {
    const codec = codecs[kind]
    const encoded = codec.encode(token)
    if (!isWithin(codec, encoded, options.limit)) return lostBecause('over-limit')
    const placed = placeInRequest(kind, damage(encoded))
    const nonce = caller.newNonce()
    const trace = requestTrace(run, sampleTrace)
    const { spanId } = trace
    const query = { [queryNames.expected]: proofOf(token, nonce), [queryNames.carrier]: kind }
    const reply = await caller.ask(
      kind === 'redirect'
        ? {
            method: 'POST',
            path: paths.departure,
            query,
            token: { headers: {}, query: '', body: JSON.stringify({ query: placed.query }) },
            trace,
          }
        : { method: kind === 'body' ? 'POST' : 'GET', path: paths.arrival, query, token: placed, trace },
      nonce,
      readArrival,
      signal,
    )
    if ('reason' in reply) {
      tell(reply.message)
      return { ...lostBecause(reply.isTooLarge ? 'over-limit' : 'hop-unreachable'), spanId }
    }
    tell(undefined)
    const { bytes, isAsSent, text } = reply.message
    if (isAsSent) return { token, cause: undefined, spanId }
    return bytes === 0 ? { ...lostBecause('stripped'), spanId } : { ...arrived(text), cause: 'changed', spanId }
  },
})

/** The operation, as the request that it was. */
const under = (spanId: string, answer: HopAnswer): HopAnswer => ({
  ...answer,
  observation: { ...answer.observation, spanId },
})

/** A hop on another account reads what nobody here has written: nothing it says can be judged. */
function elsewhere(ours: readonly string[], theirs: readonly string[], url: string): RemoteProblem | undefined {
  if (ours.length === 0 || theirs.length === 0 || theirs.some((one) => ours.includes(one))) return undefined
  const message = `${url}: the hop speaks to another account than this hopwatch; give both the same COSMOS_ENDPOINT`
  return { reason: 'error', isDoubtful: true, isTooLarge: false, message }
}

/**
 * What no hop has answered. Of a read nothing is known, least of all its token; of a write, whether it happened.
 */
function unanswered(
  operation: HopOperation,
  problem: RemoteProblem,
  hop: string,
  startedAtMs: number,
  durationMs: number,
  region: string,
): HopAnswer {
  const isWrite = 'document' in operation
  const attempt: Attempt = {
    // Not the operation's own attempt, which nobody saw: only a write that may have happened is told as one.
    purpose: isWrite ? 'operation' : 'metadata',
    region,
    status: undefined,
    substatus: undefined,
    failure: problem.reason === 'timeout' ? 'timeout' : 'connection',
    requestCharge: 0,
    durationMs,
    sent: undefined,
    received: undefined,
  }
  return {
    observation: {
      hop,
      operation: operation.kind,
      documentId: isWrite ? operation.document.id : operation.id,
      startedAtMs,
      durationMs,
      attempts: isWrite && !problem.isDoubtful ? [] : [attempt],
      status: undefined,
      substatus: undefined,
    },
    document: undefined,
    sessionToken: undefined,
    failure: problem.reason,
  }
}
