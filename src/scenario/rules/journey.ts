import type { StepFile } from '../schema.ts'
import { sendersOf } from '../senders.ts'
import { quote } from '../words.ts'
import { atKey, atValue, type Complaint, type Draft, type Rule } from './rule.ts'

/** A step that is wrong in itself could be the very one that a rule misses; then the rule waits until it is mended. */
const whole = (journey: Draft['journey']): readonly StepFile[] | undefined => {
  const steps = (journey ?? []).filter((step) => step !== undefined)
  return journey !== undefined && steps.length === journey.length ? steps : undefined
}

const writesAndReads: Rule = ({ journey }) => {
  const steps = whole(journey)
  if (steps === undefined || steps.length === 0) return []
  const lacks = (word: string, instead: string) =>
    steps.some((step) => word in step) ? [] : [atKey(['journey'], `the journey has no ${word}`, instead)]
  return [
    ...lacks('write', 'begin with a write, for example "{ write: upsert, at: hop }"'),
    ...lacks('read', 'end with a read, for example "{ read: point, at: hop }"'),
  ]
}

/** A read at a hop that no write reaches has nothing to be judged by (`verdicts.md`: unordered). */
const readsAreReached: Rule = ({ journey, hops = {} }) => {
  const steps = whole(journey)
  if (steps?.some((step) => 'carry' in step && !(step.to in hops))) return []
  if (steps === undefined || !steps.some((step) => 'write' in step)) return []
  const senders = sendersOf(steps)
  const reached = new Set<string>()
  return steps.flatMap((step, index) => {
    if ('write' in step) reached.add(step.at)
    else if ('carry' in step && reached.has(senders[index] ?? '')) reached.add(step.to)
    else if ('read' in step && !reached.has(step.at)) {
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

const faultsFit: Rule = ({ journey = [] }) =>
  journey.flatMap((step, index): Complaint[] => {
    if (step === undefined || !('carry' in step)) return []
    const path = ['journey', index, 'faults']
    const sum = step.faults.reduce((total, fault) => total + fault.share, 0)
    return [
      ...(step.carry === 'none' && step.faults.length > 0
        ? [
            atKey(
              path,
              'nothing is carried that could suffer a fault',
              'write "carry: header", or leave the faults out',
            ),
          ]
        : []),
      ...(sum > 1 + 1e-9
        ? [
            atKey(
              path,
              `the shares of the faults add up to ${Math.round(sum * 1000) / 10}%`,
              'write shares of 100% at most together',
            ),
          ]
        : []),
      ...step.faults.flatMap((fault, number) =>
        fault.writesBack !== undefined && fault.token !== 'older'
          ? [
              atKey(
                [...path, number, 'writesBack'],
                `"writesBack" means nothing for "${fault.token}"`,
                'leave it out, or write "token: older"',
              ),
            ]
          : [],
      ),
    ]
  })

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
  faultsFit,
  scopeFits,
]
