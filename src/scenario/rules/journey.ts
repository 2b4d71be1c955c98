import type { StepFile } from '../schema.ts'
import { sendersOf } from '../senders.ts'
import { quote } from '../words.ts'
import { carryComplaints } from './carries.ts'
import { atKey, atValue, type Complaint, type Draft, type Rule } from './rule.ts'

/** A step that is wrong in itself could be the very one that a rule misses; then the rule waits until it is mended. */
const whole = (journey: Draft['journey']): readonly StepFile[] | undefined => {
  const steps = (journey ?? []).filter((step) => step !== undefined)
  return journey !== undefined && steps.length === journey.length ? steps : undefined
}

/** Whether a step writes, or reads, be it at Cosmos DB or at a service of the user's own. */
const does = (step: StepFile, deed: 'write' | 'read'): boolean =>
  deed in step || ('request' in step && step.does === deed)

const writesAndReads: Rule = ({ journey }) => {
  const steps = whole(journey)
  if (steps === undefined || steps.length === 0) return []
  const lacks = (word: 'write' | 'read', instead: string) =>
    steps.some((step) => does(step, word)) ? [] : [atKey(['journey'], `the journey has no ${word}`, instead)]
  return [
    ...lacks('write', 'begin with a write, for example "{ write: upsert, at: hop }"'),
    ...lacks('read', 'end with a read, for example "{ read: point, at: hop }"'),
  ]
}

/** A read at a hop that no write reaches has nothing to be judged by (`verdicts.md`: unordered). */
const readsAreReached: Rule = ({ journey, hops = {} }) => {
  const steps = whole(journey)
  if (steps?.some((step) => 'carry' in step && !(step.to in hops))) return []
  if (steps === undefined || !steps.some((step) => does(step, 'write'))) return []
  const senders = sendersOf(steps)
  const reached = new Set<string>()
  return steps.flatMap((step, index) => {
    if ('at' in step && does(step, 'write')) reached.add(step.at)
    else if ('carry' in step && reached.has(senders[index] ?? '')) reached.add(step.to)
    else if ('at' in step && does(step, 'read') && !reached.has(step.at)) {
      const message = `this read can prove nothing: no write has reached ${quote(step.at)} before it`
      return [
        atValue(['journey', index, 'at'], message, `put "{ carry: header, to: ${step.at} }" between the write and it`),
      ]
    }
    return []
  })
}

/** Whether each write can succeed, given what the writes before it did to the document. */
const writesCanSucceed: Rule = ({ journey, document }) => {
  const steps = whole(journey)
  if (steps === undefined || document === undefined) return []
  let exists: boolean | undefined
  return steps.flatMap((step, index) => {
    if (!('write' in step)) return []
    const complaint = impossible(step.write, exists, document)
    exists = step.write !== 'delete'
    return complaint ? [atValue(['journey', index, 'write'], ...complaint)] : []
  })
}

function impossible(write: string, exists: boolean | undefined, document: string): [string, string] | undefined {
  if (write === 'upsert') return undefined
  if (write === 'create') {
    if (exists) return ['the document exists already, so a create is refused', 'write "upsert", "replace" or "patch"']
    return document === 'reused'
      ? [
          'the second run would find the document of the first, so its create is refused',
          'write "upsert", or "document: fresh"',
        ]
      : undefined
  }
  return exists ? undefined : [`there is no document to ${write}`, 'write "upsert", or put an upsert before it']
}

const carriesMakeSense: Rule = ({ journey = [] }) => {
  const senders = sendersOf(journey)
  return journey.flatMap((step, index): Complaint[] => {
    if (step === undefined || !('carry' in step)) return []
    const from = senders[index]
    // After a broken step nobody knows who would have been the sender.
    if (from === undefined && journey.slice(0, index).includes(undefined)) return []
    if (from === undefined)
      return [
        atKey(
          ['journey', index, 'carry'],
          'nothing says where this carry leaves',
          'add "from:", or put a write before it',
        ),
      ]
    if (from === step.to)
      return [
        atValue(
          ['journey', index, 'to'],
          `${quote(step.to)} would carry to itself`,
          'name another hop, or leave the step out',
        ),
      ]
    return []
  })
}

const carriesFit: Rule = ({ journey = [] }) =>
  journey.flatMap((step, index) =>
    step !== undefined && 'carry' in step ? carryComplaints(step, ['journey', index]) : [],
  )

const scopeFits: Rule = ({ journey = [] }) =>
  journey.flatMap((step, index) =>
    step !== undefined && 'read' in step && step.read === 'point' && step.scope !== undefined
      ? [
          atKey(
            ['journey', index, 'scope'],
            'a point read has no scope: it names one document',
            'leave it out, or write "read: query"',
          ),
        ]
      : [],
  )

export const journeyRules: readonly Rule[] = [
  writesAndReads,
  readsAreReached,
  writesCanSucceed,
  carriesMakeSense,
  carriesFit,
  scopeFits,
]
