import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aCarry, aRead, aWrite, history } from '../../test/arbitraries/histories.ts'
import { covers } from '../protocol/session-token.ts'
import { type Guarantee, guarantees } from './guarantees.ts'
import type { JourneyEvent, ReadEvent, WriteEvent } from './journey.ts'
import { judgeHistory } from './session-history.ts'

const at = (lsn: number | undefined, configuration = 1) => ({ lsn, configuration })
const shown = (events: readonly JourneyEvent[]) =>
  judgeHistory(events).map(({ guarantee, witness }) => [guarantee, ...witness.map(({ step }) => step)])

describe('a violation and its minimal witness', () => {
  test('read your writes: the hop wrote, and reads an older version', () => {
    expect(shown([aWrite('a', 3, at(10)), aRead('a', 2, at(9))])).toEqual([['read-your-writes', 0, 1]])
  })

  test('read your writes: across a carry, the newest write that is missed', () => {
    const events = [aWrite('a', 3, at(10)), aWrite('a', 4, at(11)), aCarry('a', 'b'), aRead('b', 3, at(10))]
    expect(shown(events)).toEqual([['read-your-writes', 1, 3]])
  })

  test('monotonic reads: without a write in the session', () => {
    expect(shown([aRead('a', 2, at(9)), aRead('a', 1, at(8))])).toEqual([['monotonic-reads', 0, 1]])
  })

  test('monotonic writes: the replica holds the later write and shows the earlier', () => {
    const events = [aWrite('a', 3, at(10)), aWrite('a', 4, at(11)), aRead('a', 3, at(12))]
    expect(shown(events)).toEqual([['monotonic-writes', 0, 1, 2]])
  })

  test('writes follow reads: the replica holds the write and shows what was read before it', () => {
    const events = [aRead('a', 2, at(9)), aWrite('a', 3, at(10)), aRead('a', 2, at(10))]
    expect(shown(events)).toEqual([['writes-follow-reads', 0, 1, 2]])
  })

  test('a document that is gone although nothing deleted it', () => {
    expect(shown([aWrite('a', 3, at(10)), aRead('a', undefined, at(9))])).toEqual([['read-your-writes', 0, 1]])
  })

  test('a delete is a write: its document is back', () => {
    const events = [
      aWrite('a', 3, at(10)),
      aWrite('a', 4, at(11), { operation: 'delete' }),
      aRead('a', undefined, at(11)),
      aRead('a', 3, at(10)),
    ]
    expect(shown(events)).toEqual([
      ['read-your-writes', 1, 3],
      ['monotonic-reads', 2, 3],
    ])
  })

  test('both what was written and what was seen are missed', () => {
    const events = [aWrite('a', 3, at(10)), aRead('a', 3, at(10)), aRead('a', 2, at(9))]
    expect(shown(events)).toEqual([
      ['read-your-writes', 0, 2],
      ['monotonic-reads', 1, 2],
    ])
  })
})

describe('nothing is concluded', () => {
  test.each<[string, readonly JourneyEvent[]]>([
    ['without a carry from the writer', [aWrite('a', 3, at(10)), aRead('b', 2, at(9))]],
    [
      'from a write that may not have happened',
      [aWrite('a', 3, at(10), { outcome: 'indeterminate' }), aRead('a', 2, at(9))],
    ],
    ['from a write that did not happen', [aWrite('a', 3, at(10), { outcome: 'refused' }), aRead('a', 2, at(9))]],
    [
      'when an indeterminate write may have landed late',
      [aWrite('a', 3, at(10), { outcome: 'indeterminate' }), aWrite('a', 4, at(11)), aRead('a', 3, at(9))],
    ],
    [
      'when another hop wrote what came back, and nothing orders the two writes',
      [aWrite('a', 3, at(10)), aWrite('b', 4, at(11)), aRead('b', 3, at(10))],
    ],
    [
      'when a delete that nobody told of may explain the absence',
      [
        aWrite('a', 3, at(10)),
        aCarry('a', 'b'),
        aWrite('a', 4, at(11), { operation: 'delete' }),
        aRead('b', undefined, at(9)),
      ],
    ],
    [
      'from a write that ended only after the read had begun',
      [aWrite('a', 3, at(10), { begunAfter: 0 }), aRead('a', 2, at(9), { begunAfter: 0 })],
    ],
    [
      'from an absence that may be older than the document',
      [
        aWrite('a', 3, at(10)),
        aWrite('a', 4, at(11), { operation: 'delete' }),
        aCarry('a', 'b'),
        aRead('b', undefined, at(9)),
      ],
    ],
  ])('%s', (_, events) => {
    expect(shown(events)).toEqual([])
  })

  test('of an absence after a version of an earlier run, which an earlier run may have deleted since', () => {
    const nothing = aRead('a', undefined, at(9))
    expect(shown([aRead('a', 2, at(8)), nothing])).toEqual([])
    expect(shown([aWrite('a', 3, at(10)), aRead('b', 2, at(8)), aRead('b', undefined, at(9))])).toEqual([])
    expect(shown([aWrite('a', 3, at(10)), nothing])).toEqual([['read-your-writes', 0, 1]])
  })

  test('from a document of another writer', () => {
    const read = aRead('a', 2, at(9)) as ReadEvent
    expect(shown([aWrite('a', 3, at(10)), { ...read, isAnotherWriters: true }])).toEqual([])
    expect(shown([aWrite('a', 3, at(10)), read])).toHaveLength(1)
  })

  test('of the order of writes across a failover, where the later write may be lost', () => {
    const events = [aWrite('a', 3, at(10)), aWrite('a', 4, at(11)), aRead('a', 3, at(12, 2))]
    expect(shown(events)).toEqual([['read-your-writes', 1, 2]])
  })
})

test('every small history agrees with the definitions, read word by word', () => {
  const seen = new Map<Guarantee, number>()
  fc.assert(
    fc.property(history, (events) => {
      const judged = judgeHistory(events)
      events.forEach((event, step) => {
        if (event.kind !== 'read') return
        const witnesses = violationsOf(events, event, step)
        for (const guarantee of guarantees) {
          const found = judged.filter(
            (violation) => violation.guarantee === guarantee && violation.witness.at(-1)!.step === step,
          )
          expect([guarantee, step, found.length]).toEqual([guarantee, step, witnesses[guarantee].length > 0 ? 1 : 0])
          if (found[0]) expect(witnesses[guarantee]).toContainEqual(found[0].witness.map((each) => each.step))
          if (found[0]) seen.set(guarantee, (seen.get(guarantee) ?? 0) + 1)
        }
      })
    }),
    { numRuns: 4000 },
  )
  // Agreement about nothing would prove nothing. Of the order of writes a few thousand histories may show no violation.
  for (const guarantee of ['read-your-writes', 'monotonic-reads'] as const)
    expect([guarantee, seen.get(guarantee) ?? 0]).not.toEqual([guarantee, 0])
})

/** All witnesses of all violations by one read, found by trying every pair and every triple of operations. */
function violationsOf(events: readonly JourneyEvent[], read: ReadEvent, step: number) {
  const state = read.returnedVersion
  const past = known(events, read.observation.hop, begunOf(read, step))
  const sent = events.flatMap((event, index) =>
    event.kind === 'write' && event.outcome !== 'refused' && begunOf(event, index) <= step ? [{ event, index }] : [],
  )
  const first = Math.min(...events.flatMap((event) => (event.kind === 'write' ? [event.version] : [])))
  const behind = (index: number): number[] => {
    const sender = sent.find(({ event }) => event.version === versionOf(events, index))
    return sender ? [...known(events, sender.event.observation.hop, begunOf(sender.event, sender.index))] : []
  }
  const isBefore = (older: number, index: number, depth = 0): boolean =>
    older < first ||
    (depth < events.length &&
      behind(index).some((each) => versionOf(events, each) === older || isBefore(older, each, depth + 1)))
  const deletes = sent.filter(({ event }) => isDelete(event)).map(({ event }) => event.version)
  const isMissed = (index: number) => {
    const version = versionOf(events, index)
    if (state !== undefined) return state < version && isBefore(state, index)
    return isThere(events, index) && version >= first && deletes.every((each) => isBefore(each, index))
  }
  const isHeld = (index: number) =>
    [...past].some(
      (other) => versionOf(events, other) === versionOf(events, index) && coversProgress(read, events[other]!),
    )
  const isState = (index: number) =>
    state === undefined ? !isThere(events, index) : isThere(events, index) && versionOf(events, index) === state
  const isOfRun = state === undefined ? deletes.length > 0 : state >= first

  const witnesses: Record<Guarantee, number[][]> = {
    'read-your-writes': [],
    'monotonic-reads': [],
    'monotonic-writes': [],
    'writes-follow-reads': [],
  }
  for (const one of past) {
    if (!isMissed(one)) continue
    const isWrite = events[one]!.kind === 'write'
    if (!isWrite && !(isHeld(one) && isOfRun)) witnesses['monotonic-reads'].push([one, step])
    if (!isWrite) continue
    const overtaken = isHeld(one) ? behind(one).filter(isState) : []
    for (const other of overtaken) {
      witnesses[events[other]!.kind === 'write' ? 'monotonic-writes' : 'writes-follow-reads'].push([other, one, step])
    }
    if (overtaken.length === 0) witnesses['read-your-writes'].push([one, step])
  }
  return witnesses
}

const begunOf = (event: JourneyEvent, step: number): number =>
  'begunAfter' in event ? (event.begunAfter ?? step) : step

/** Acknowledged writes and reads that a hop knows after so many events: its own, and what every carry knew that left before. */
function known(events: readonly JourneyEvent[], hop: string, count: number): Set<number> {
  const found = new Set<number>()
  events.slice(0, count).forEach((event, step) => {
    if (event.kind === 'carry' && event.to === hop) {
      for (const each of known(events, event.from, begunOf(event, step))) found.add(each)
    }
    if ((event.kind !== 'write' && event.kind !== 'read') || event.observation.hop !== hop) return
    if (event.kind === 'write' ? event.outcome === 'succeeded' : isSight(events, event, step)) found.add(step)
  })
  return found
}

/** Whether a read shows a version: the one that it returned, or the delete that its replica is known to hold. */
const isSight = (events: readonly JourneyEvent[], read: ReadEvent, step: number): boolean =>
  read.returnedVersion !== undefined || deleteSeen(events, read, step) !== undefined

function deleteSeen(events: readonly JourneyEvent[], read: ReadEvent, step: number): number | undefined {
  const newest = [...known(events, read.observation.hop, step)]
    .map((index) => events[index]!)
    .filter((event): event is WriteEvent => event.kind === 'write')
    .toSorted((a, b) => b.version - a.version)[0]
  return newest && isDelete(newest) && coversProgress(read, newest) ? newest.version : undefined
}

function versionOf(events: readonly JourneyEvent[], index: number): number {
  const event = events[index] as ReadEvent | WriteEvent
  return event.kind === 'write' ? event.version : (event.returnedVersion ?? deleteSeen(events, event, index) ?? -1)
}

const isThere = (events: readonly JourneyEvent[], index: number): boolean => {
  const event = events[index] as ReadEvent | WriteEvent
  return event.kind === 'write' ? !isDelete(event) : event.returnedVersion !== undefined
}

const isDelete = (event: WriteEvent): boolean => event.observation.operation === 'delete'

function coversProgress(read: ReadEvent, other: JourneyEvent): boolean {
  const have = read.observation.attempts[0]?.received?.parsed
  const need = (other as ReadEvent | WriteEvent).observation.attempts[0]?.received?.parsed
  if (have === undefined || need === undefined) return false
  return have.forRange('0')?.version === need.forRange('0')?.version && covers(have, need, '0')
}
