import type { Target } from '../../cosmos/target.ts'
import { unsatisfiable } from '../../domain/canary.ts'
import type { LatencyLook, SessionLook } from '../../domain/doctor/look.ts'
import type { DocumentStore, StoreAnswer } from '../../domain/document-store.ts'
import type { Attempt } from '../../domain/observation.ts'
import type { HopDeclaration, Scenario } from '../../domain/scenario.ts'
import type { ConsistencyLevel } from '../../protocol/consistency-level.ts'
import { isSessionUnavailable } from '../../protocol/status.ts'
import { WireToken } from '../../protocol/wire-token.ts'

/** One request as the wire showed it. */
export interface ProbeRead {
  readonly asks: 'latency' | 'token' | 'canary'
  readonly attempt: Attempt
}

export interface ProbeReads {
  readonly latencies: readonly LatencyLook[]
  readonly session: SessionLook
  readonly reads: readonly ProbeRead[]
}

interface Asked {
  readonly kind?: 'point' | 'query'
  readonly consistency?: ConsistencyLevel
  readonly sessionToken?: WireToken
}

/** The first read opens the connection, and does not count. */
const warmUps = 1
const readsEach = 5
const answerWithinMs = 10_000
/** Nobody writes a document of this name: a point read of it costs 1 RU and answers 404. */
const nobodys = 'hopwatch-doctor'

/** A few point reads in each region, at the weakest level, which every account grants; then whether session tokens are heeded. */
export async function probeReads(
  target: Target,
  scope: Pick<Scenario, 'container' | 'partitionKey'>,
  regions: readonly (string | undefined)[],
): Promise<ProbeReads> {
  const open = (region: string | undefined): DocumentStore => {
    const hop: HopDeclaration = {
      name: `doctor ${region ?? ''}`,
      region,
      client: 'own',
      retries: 'none',
      consistency: 'Session',
    }
    return target.openStore(hop, { ...scope, name: nobodys, hops: [hop] })
  }
  const read = (store: DocumentStore, what: Asked = {}) =>
    store.execute(
      {
        kind: what.kind ?? 'point',
        id: nobodys,
        partitionKey: scope.partitionKey.map(() => nobodys),
        consistency: what.consistency ?? 'Eventual',
        sessionToken: what.sessionToken,
      },
      AbortSignal.timeout(answerWithinMs),
    )
  const reads: ProbeRead[] = []
  const note = (asks: ProbeRead['asks'], { attempts }: StoreAnswer) =>
    reads.push(...attempts.map((attempt) => ({ asks, attempt })))

  const latencies: LatencyLook[] = []
  for (const region of regions) {
    const store = open(region)
    const answers: StoreAnswer[] = []
    for (let count = 0; count < warmUps + readsEach; count++) {
      const answer = await read(store)
      if (count >= warmUps) answers.push(answer)
      // Who does not answer once is not asked five times more.
      else if (answer.status === undefined) answers.push(answer)
      note('latency', answer)
      if (answer.status === undefined) break
    }
    latencies.push(latencyOf(region ?? 'default', answers))
  }

  const [first] = regions
  const store = open(first)
  let told = await read(store, { consistency: 'Session' })
  note('token', told)
  if (told.status === 404 && told.sessionToken === undefined) {
    told = await read(store, { consistency: 'Session', kind: 'query' })
    note('token', told)
  }
  if (told.status !== 404 && told.status !== 200) {
    return { latencies, reads, session: { state: 'unknown', reason: `a read at Session ${refusalOf(told)}` } }
  }
  if (told.sessionToken === undefined) return { latencies, reads, session: { state: 'not-issued' } }
  const { parsed } = told.sessionToken
  if (parsed === undefined)
    return { latencies, reads, session: { state: 'unknown', reason: 'the session token has a form that is not known' } }
  const answer = await read(store, { consistency: 'Session', sessionToken: WireToken.from(unsatisfiable(parsed)) })
  note('canary', answer)
  return { latencies, reads, session: sessionOf(answer) }
}

function sessionOf(answer: StoreAnswer): SessionLook {
  const { status, substatus } = answer
  if (status !== undefined && isSessionUnavailable(status, substatus)) return { state: 'enforced' }
  if (status === 404 || status === 200) return { state: 'ignored' }
  return { state: 'unknown', reason: `a read with a token that nothing satisfies ${refusalOf(answer)}` }
}

function latencyOf(region: string, answers: readonly StoreAnswer[]): LatencyLook {
  const answered = answers.filter(({ status }) => status === 404 || status === 200)
  const failed = answers.find(({ status }) => status !== 404 && status !== 200)
  const durations = answered.map(({ durationMs }) => durationMs).toSorted((left, right) => left - right)
  return {
    region,
    reads: answers.length,
    p50Ms: durations[Math.floor((durations.length - 1) / 2)],
    problem: failed && `it ${refusalOf(failed)}`,
  }
}

const refusalOf = ({ status, substatus, message }: StoreAnswer): string =>
  status === undefined
    ? `got no answer${message === undefined ? '' : ` (${message})`}`
    : `was answered ${status}${substatus === undefined ? '' : `/${substatus}`}`
