import { afterWrite, type DocumentVersion } from '../../domain/context.ts'
import { mayHappenTwice, requestUnits, type WriteOutcome, writeOutcome } from '../../domain/observation.ts'
import { retriesOf } from '../../domain/retries.ts'
import { regionLabel, type WriteKind } from '../../domain/scenario.ts'
import { afterAttempt } from '../document-pool.ts'
import type { HopAnswer } from '../hop.ts'
import { afterAnswer } from '../hop-session.ts'
import { andThen, type Soon } from '../soon.ts'
import type { Walk } from '../walk.ts'
import type { TakeStep } from './step.ts'

export const write: TakeStep<'write'> = (walk, { write: kind, at, losesResponse = false }) =>
  writeNext(walk, kind, at, losesResponse)

/** The next version, and before it the document itself where the write changes what must exist. Tells what became of it. */
export function writeNext(walk: Walk, kind: WriteKind, at: string, losesResponse = false): Soon<WriteOutcome> {
  // The first run of a document gives these writes something to change.
  if (!needsDocument.has(kind) || walk.document.present) return writeVersion(walk, kind, at, losesResponse)
  return andThen(writeVersion(walk, 'upsert', at), () => writeVersion(walk, kind, at, losesResponse))
}

export function writeVersion(walk: Walk, kind: WriteKind, at: string, losesResponse = false): Soon<WriteOutcome> {
  const { owner, id, scenario } = walk.options
  const written: DocumentVersion = { version: walk.document.version + 1, present: kind !== 'delete' }
  const document = {
    id: walk.document.id,
    partitionKey: walk.partitionKey,
    version: written.version,
    owner,
    run: id,
    ttlSeconds: scenario.ttlSeconds,
  }
  const begun = walk.eventCount
  const didNotHappen = written.present ? undefined : walk.beginDelete(written)
  return andThen(walk.execute(at, { kind, document, losesResponse }), (answer) => {
    const outcome = outcomeOf(answer)
    if (outcome === 'refused') didNotHappen?.()
    learn(walk, at, written, outcome, answer)
    walk.tell({
      kind: 'write',
      observation: answer.observation,
      region: regionLabel(walk.declaration(at)),
      outcome,
      version: written.version,
      requestUnits: requestUnits(answer.observation),
      retries: retriesOf(answer.observation.attempts),
      begunAfter: walk.begunAfter(begun),
    })
    return outcome
  })
}

const outcomeOf = ({ observation: { attempts, status, substatus } }: HopAnswer): WriteOutcome =>
  writeOutcome(attempts, status, substatus)

/** What became of a write, as the run and its hop know it from then on. */
function learn(walk: Walk, at: string, written: DocumentVersion, outcome: WriteOutcome, answer: HopAnswer): void {
  const { plan, memory, pool, clock } = walk.options
  const { id } = walk.document
  walk.document = afterAttempt(walk.document, written, outcome)
  // The document that a previous run left may have expired or been removed by somebody: start anew next time.
  if (answer.observation.status === 404) walk.document = { ...walk.document, present: false }
  const { attempts } = answer.observation
  if (outcome === 'indeterminate' || mayHappenTwice(attempts)) {
    walk.doubt(written)
    pool.retire(plan.partition)
  }
  if (outcome !== 'refused')
    walk.noteWriteRegion(written, attempts.findLast(({ purpose }) => purpose === 'operation')?.region)
  if (outcome === 'succeeded') {
    walk.acknowledgedAtMs = clock.nowMs()
    if (answer.sessionToken) memory.remember(plan.partition, answer.sessionToken)
  }
  const token = answer.sessionToken
  walk.updateSession(at, (session) =>
    afterAnswer(session, afterWrite(session.ideal, id, written, outcome, token?.parsed), token),
  )
}

const needsDocument: ReadonlySet<WriteKind> = new Set(['replace', 'patch', 'delete'])
