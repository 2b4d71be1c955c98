import { afterWrite, type DocumentVersion } from '../../domain/context.ts'
import { requestUnits, type WriteOutcome, writeOutcome } from '../../domain/observation.ts'
import { retriesOf } from '../../domain/retries.ts'
import { regionLabel, type WriteKind } from '../../domain/scenario.ts'
import { afterAttempt } from '../document-pool.ts'
import { afterAnswer } from '../hop-session.ts'
import type { Walk } from '../walk.ts'
import type { TakeStep } from './step.ts'

export const write: TakeStep<'write'> = async (walk, { write: kind, at, losesResponse = false }) => {
  await writeNext(walk, kind, at, losesResponse)
}

/** The next version, and before it the document itself where the write changes what must exist. Tells what became of it. */
export async function writeNext(walk: Walk, kind: WriteKind, at: string, losesResponse = false): Promise<WriteOutcome> {
  // The first run of a document gives these writes something to change.
  if (needsDocument.has(kind) && !walk.document.present) await writeVersion(walk, 'upsert', at)
  return writeVersion(walk, kind, at, losesResponse)
}

export async function writeVersion(
  walk: Walk,
  kind: WriteKind,
  at: string,
  losesResponse = false,
): Promise<WriteOutcome> {
  const { plan, memory, pool, owner, id, scenario, clock } = walk.options
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
  const answer = await walk.execute(at, { kind, document, losesResponse })
  const { attempts, status, substatus } = answer.observation
  const outcome = writeOutcome(attempts, status, substatus)
  if (outcome === 'refused') didNotHappen?.()
  walk.document = afterAttempt(walk.document, written, outcome)
  // The document that a previous run left may have expired or been removed by somebody: start anew next time.
  if (status === 404) walk.document = { ...walk.document, present: false }
  if (outcome === 'indeterminate') {
    walk.doubt(written)
    pool.retire(plan.partition)
  }
  if (outcome === 'succeeded') {
    walk.acknowledgedAtMs = clock.nowMs()
    if (answer.sessionToken) memory.remember(plan.partition, answer.sessionToken)
  }
  const token = answer.sessionToken
  walk.updateSession(at, (session) =>
    afterAnswer(session, afterWrite(session.ideal, document.id, written, outcome, token?.parsed), token),
  )
  walk.tell({
    kind: 'write',
    observation: answer.observation,
    region: regionLabel(walk.declaration(at)),
    outcome,
    version: written.version,
    requestUnits: requestUnits(answer.observation),
    retries: retriesOf(attempts),
    ...walk.begunAfter(begun),
  })
  return outcome
}

const needsDocument: ReadonlySet<WriteKind> = new Set(['replace', 'patch', 'delete'])
