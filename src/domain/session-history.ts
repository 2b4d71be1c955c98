import { type RangeToken, SessionToken } from '../protocol/session-token.ts'
import {
  type GuaranteeViolation,
  type IssuedWrite,
  type IssuedWrites,
  joinPast,
  judgeSession,
  noPast,
  pastAfterRead,
  pastAfterWrite,
  type SessionPast,
} from './guarantees.ts'
import type { JourneyEvent, ReadEvent, WriteEvent } from './journey.ts'
import { type Attempt, mayHappenTwice } from './observation.ts'

/**
 * The session guarantees over a whole run that came to its end. One pass over its events; nothing is kept from run to run.
 * Reads without an answer and documents of another writer are no evidence; a state that a second try of its write may have brought back is
 * none of an old one; polls and re-reads wait for a write and are not judged, for what they saw on the way was expected.
 */
export function judgeHistory(events: readonly JourneyEvent[]): GuaranteeViolation[] {
  if (!showsLess(events)) return []
  const writes: SentWrite[] = []
  events.forEach((event, step) => {
    if (event.kind === 'write') writes.push(sentWrite(event, step))
  })
  writes.sort((a, b) => a.begun - b.begun)
  const again = writes.filter(({ mayLandAgain }) => mayLandAgain)
  const isOld = (state: number | undefined) =>
    !again.some(({ version, present }) => (present ? version === state : state === undefined))
  const byVersion = new Map<number, IssuedWrite>()
  let sent = 0
  const firstVersion = writes.reduce((least, { version }) => Math.min(least, version), Number.POSITIVE_INFINITY)
  const issued: IssuedWrites = { firstVersion, byVersion }
  const pasts = new Pasts()
  const violations: GuaranteeViolation[] = []
  events.forEach((event, step) => {
    const begun = 'begunAfter' in event ? (event.begunAfter ?? step) : step
    if (event.kind === 'carry' && event.cause !== 'hop-unreachable')
      pasts.put(event.to, step, joinPast(pasts.of(event.to, step), pasts.of(event.from, begun)))
    if (event.kind === 'write' && event.outcome === 'succeeded') {
      const { hop, operation, attempts } = event.observation
      const { version } = event
      const witness = { step, hop, operation, version }
      const written = { version, present: operation !== 'delete' }
      const token = attempts.findLast(({ purpose }) => purpose === 'operation')?.received?.parsed
      pasts.put(hop, step, pastAfterWrite(pasts.of(hop, step), written, witness, token))
    }
    if (event.kind !== 'read' || !isEvidence(event)) return
    const { hop, operation, attempts } = event.observation
    const read = {
      witness: { step, hop, operation, version: event.returnedVersion },
      token: answerToken(attempts),
    }
    for (let write = writes[sent]; write !== undefined && write.begun <= step; write = writes[++sent])
      if (write.outcome !== 'refused')
        byVersion.set(write.version, { present: write.present, past: pasts.of(write.hop, write.begun) })
    if (isOld(event.returnedVersion)) violations.push(...judgeSession(pasts.of(hop, begun), issued, read))
    pasts.put(hop, step, pastAfterRead(pasts.of(hop, step), read))
  })
  return violations
}

/** Whether any read shows less than what an operation before it wrote or saw; in most runs none does, and nothing can be violated. */
function showsLess(events: readonly JourneyEvent[]): boolean {
  let newest = Number.NEGATIVE_INFINITY
  for (const event of events) {
    if (event.kind === 'write') newest = Math.max(newest, event.version)
    if (event.kind !== 'read') continue
    if ((event.returnedVersion ?? Number.NEGATIVE_INFINITY) < newest) return true
    newest = Math.max(newest, event.returnedVersion ?? newest)
  }
  return false
}

/** Each hop's past after so many events: what an operation knew when it began, though others ended before it did. */
class Pasts {
  readonly #byHop = new Map<string, { readonly after: number; readonly past: SessionPast }[]>()

  of(hop: string, eventCount: number): SessionPast {
    return this.#byHop.get(hop)?.findLast(({ after }) => after <= eventCount)?.past ?? noPast
  }

  put(hop: string, step: number, past: SessionPast): void {
    const known = this.#byHop.get(hop) ?? []
    this.#byHop.set(hop, known)
    known.push({ after: step + 1, past })
  }
}

type SentWrite = ReturnType<typeof sentWrite>

const sentWrite = ({ version, outcome, observation, begunAfter }: WriteEvent, step: number) => ({
  version,
  outcome,
  present: observation.operation !== 'delete',
  hop: observation.hop,
  begun: begunAfter ?? step,
  mayLandAgain: mayHappenTwice(observation.attempts),
})

const isEvidence = ({ judgement, isAnotherWriters }: ReadEvent): boolean =>
  judgement.verdict !== 'failed' && !isAnotherWriters

/**
 * Where the replicas that answered stood. A range that several pages spoke for is left out: the document was on one of them,
 * which need not be the most advanced.
 */
function answerToken(attempts: readonly Attempt[]): SessionToken | undefined {
  const answers = attempts.filter(isAnswer)
  if (answers.length <= 1) return answers[0]?.received?.parsed
  const ranges = new Map<string, RangeToken | undefined>()
  for (const { received } of answers) {
    for (const id of received?.parsed?.rangeIds ?? []) {
      ranges.set(id, ranges.has(id) ? undefined : received?.parsed?.forRange(id))
    }
  }
  const told = [...ranges].flatMap(([id, range]) => (range ? [[id, range] as const] : []))
  return told.length === 0 ? undefined : SessionToken.of(told)
}

const isAnswer = ({ purpose, status, substatus }: Attempt): boolean =>
  purpose === 'operation' && status !== undefined && (status < 400 || (status === 404 && !substatus))
