import { formatDuration } from '../../base/duration.ts'
import { does, type PlacedStep, placedSteps, writesOf } from '../placed-steps.ts'
import { quote } from '../words.ts'
import type { Path } from '../yaml-file.ts'
import { carryComplaints } from './carries.ts'
import { atKey, atValue, type Complaint, type Draft, type Rule } from './rule.ts'

/** A step that is wrong in itself could be the very one that a rule misses; then the rule waits until it is mended. */
const whole = (journey: Draft['journey']): readonly PlacedStep[] | undefined =>
  journey?.every((step) => step !== undefined) ? placedSteps(journey) : undefined

const writesAndReads: Rule = ({ journey }) => {
  const steps = whole(journey)
  if (steps === undefined || steps.length === 0) return []
  const lacks = (word: 'write' | 'read', instead: string) =>
    steps.some(({ step }) => does(step, word)) ? [] : [atKey(['journey'], `the journey has no ${word}`, instead)]
  return [
    ...lacks('write', 'begin with a write, for example "{ write: upsert, at: hop }"'),
    ...lacks('read', 'end with a read, for example "{ read: point, at: hop }"'),
  ]
}

/** A read at a hop that no write reaches has nothing to be judged by (`verdicts.md`: unordered). */
const readsAreReached: Rule = ({ journey, hops = {} }) => {
  const steps = whole(journey)
  if (steps?.some(({ step }) => 'carry' in step && !(step.to in hops))) return []
  if (steps === undefined || !steps.some(({ step }) => does(step, 'write'))) return []
  let reached = new Set<string>()
  // A branch cannot count on what another one does meanwhile.
  let inBranches = new Map<string, Set<string>>()
  return steps.flatMap(({ step, path, sender, branch }) => {
    if (branch === '' && inBranches.size > 0) {
      reached = new Set([reached, ...inBranches.values()].flatMap((names) => [...names]))
      inBranches = new Map()
    }
    const here = branch === '' ? reached : (inBranches.get(branch) ?? new Set(reached))
    if (branch !== '') inBranches.set(branch, here)
    if ('at' in step && does(step, 'write')) here.add(step.at)
    else if ('carry' in step && here.has(sender ?? '')) here.add(step.to)
    else if ('at' in step && does(step, 'read') && !here.has(step.at)) {
      const message = `this read can prove nothing: no write has reached ${quote(step.at)} before it`
      const instead = `write there before it, or put "{ carry: header, to: ${step.at} }" between the write and it`
      return [atValue([...path, 'at'], message, instead)]
    }
    return []
  })
}

/** Whether each write can succeed, given what the writes before it did to the document. */
const writesCanSucceed: Rule = ({ journey, document }) => {
  const steps = whole(journey)
  if (steps === undefined || document === undefined) return []
  let exists: boolean | undefined
  return steps.flatMap(({ step, path }) =>
    writesOf(step).flatMap((write, index) => {
      const complaint = impossible(write, exists, document)
      exists = write !== 'delete'
      if (complaint === undefined) return []
      const place = 'offline' in step ? ['writes', index] : ['write' in step ? 'write' : 'loseResponse']
      return [atValue([...path, ...place], ...complaint)]
    }),
  )
}

/** With two writers at once nobody could say which version is the newer. */
const oneBranchWrites: Rule = ({ journey }) => {
  const writers = placedSteps(journey).filter(({ step, branch }) => branch !== '' && does(step, 'write'))
  return writers.flatMap(({ path, branch }, index) => {
    const before = writers.slice(0, index).find((other) => isBeside(branch, other.branch))
    return before === undefined
      ? []
      : [
          atValue(
            path,
            'two branches write the probe document at the same time, so nobody could say which version is the newer',
            'let one branch write, and the others read',
          ),
        ]
  })
}

/** Two branches of one parallel step. */
const isBeside = (left: string, right: string): boolean =>
  left !== right && left.slice(0, left.lastIndexOf('/')) === right.slice(0, right.lastIndexOf('/'))

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
  if (write === 'batch') return undefined
  return exists ? undefined : [`there is no document to ${write}`, 'write "upsert", or put an upsert before it']
}

const carriesMakeSense: Rule = ({ journey }) =>
  placedSteps(journey).flatMap(({ step, path, sender, isAfterBroken }): Complaint[] => {
    if (!('carry' in step)) return []
    // After a broken step nobody knows who would have been the sender.
    if (sender === undefined && isAfterBroken) return []
    if (sender === undefined)
      return [
        atKey([...path, 'carry'], 'nothing says where this carry leaves', 'add "from:", or put a write before it'),
      ]
    if (sender === step.to && !keeping.includes(step.carry))
      return [
        atValue(
          [...path, 'to'],
          `${quote(step.to)} would carry to itself`,
          'name another hop, or leave the step out; "device" and "store" may, for they keep the token',
        ),
      ]
    return []
  })

/** A hop that begins anew finds again what these carriers brought to it, itself included. */
const keeping: readonly string[] = ['device', 'store']

const carriesFit: Rule = ({ journey, partitions }) =>
  placedSteps(journey).flatMap(({ step, path }) => ('carry' in step ? carryComplaints(step, path, partitions) : []))

const scopeFits: Rule = ({ journey }) =>
  placedSteps(journey).flatMap(({ step, path }) =>
    'read' in step && step.read !== 'query' && step.scope !== undefined
      ? [
          atKey(
            [...path, 'scope'],
            step.read === 'point'
              ? 'a point read has no scope: it names one document'
              : `${quote(step.read)} has no scope: it reads one partition`,
            'leave it out, or write "read: query"',
          ),
        ]
      : [],
  )

const pollsAreBounded: Rule = ({ journey, arms }) => [
  ...placedSteps(journey).flatMap(({ step, path }) => ('poll' in step ? pollComplaints(step, path) : [])),
  ...(arms?.workaround?.reads ? pollComplaints(arms.workaround.reads, ['arms', 'workaround', 'reads']) : []),
]

/** Every try is kept with the run. */
const mostTries = 1000

function pollComplaints({ every, within }: { every: number; within: number }, path: Path): Complaint[] {
  if (within < every)
    return [
      atValue([...path, 'within'], 'the poll ends before its second try', `write ${formatDuration(every)} or more`),
    ]
  return within / every > mostTries
    ? [
        atValue(
          [...path, 'every'],
          `the poll could try ${Math.floor(within / every)} times`,
          `write ${formatDuration(Math.ceil(within / mostTries))} or more, or a shorter "within"`,
        ),
      ]
    : []
}

/** The SDK reads a change feed at its client's level, whatever an operation asks for. */
const feedsKeepTheirLevel: Rule = ({ journey, arms }) =>
  arms?.workaround?.consistency !== undefined &&
  placedSteps(journey).some(({ step }) => 'read' in step && step.read === 'changeFeed')
    ? [
        atKey(
          ['arms', 'workaround', 'consistency'],
          'a change feed is read at the level of its hop, so this would change nothing there',
          'write "reads: { poll: query }", or leave the change feed out',
        ),
      ]
    : []

export const journeyRules: readonly Rule[] = [
  writesAndReads,
  readsAreReached,
  writesCanSucceed,
  oneBranchWrites,
  carriesMakeSense,
  carriesFit,
  scopeFits,
  pollsAreBounded,
  feedsKeepTheirLevel,
]
