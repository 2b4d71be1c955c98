import { describe, expect, test } from 'vitest'
import type { RequestEntry, ServedRange } from '../simulator/journal.ts'
import { afterRead, afterWrite, join, type Knowledge, knowsNothing } from './knowledge.ts'
import type { Position } from './progress.ts'
import { trueCanary, trueToken } from './true-token.ts'

const served = (range: string, locals: Record<string, number>, version = 1): ServedRange => ({
  range,
  version,
  lsn: Object.values(locals).reduce((sum, lsn) => sum + lsn, 0),
  locals,
})

const answered = (ranges: readonly ServedRange[], token?: readonly Position[]): RequestEntry => ({
  kind: 'request',
  atMs: 0,
  operation: 'queryItems',
  region: 'here',
  status: 200,
  served: ranges,
  ...(token && { token }),
})

const later = (left: string, right: string) => (Number(left) > Number(right) ? left : right)
const unsplit = (younger: string, elder: string) => younger === elder
const written = (hop: Knowledge, version: number, at: ServedRange) =>
  afterWrite(hop, { version, present: true }, 'succeeded', [answered([at])])

describe('what a hop knows', () => {
  // explore --seed 1001 --world 2935 --run 26, as the random worlds then were
  test('keeps the progress that a page over several ranges showed before it was known which holds the document', () => {
    const page = answered([served('0', { 1: 9, 2: 1 }), served('1', { 1: 0 })])
    const hop = written(afterRead(knowsNothing, 3, [page], later), 4, served('0', { 1: 5, 2: 2 }))
    const state = (locals: Record<string, number>) =>
      trueToken([answered([served('0', { 1: 9, 2: 2 })], [served('0', locals)])], hop, unsplit, true)
    expect(state({ 1: 5, 2: 2 })).toBe('behind')
    expect(state({ 1: 9, 2: 2 })).toBe('intact')
  })

  test('is the range that spoke alone; a page that spoke for several does not tell which', () => {
    const hop = written(knowsNothing, 1, served('0', { 1: 1 }))
    const both = answered([served('0', { 1: 2 }), served('1', { 1: 2 })])
    const others = answered([served('1', { 1: 2 }), served('2', { 1: 2 })])
    expect(afterRead(hop, 2, [both], later).range).toBe('0')
    expect(afterRead(hop, 2, [others], later).range).toBeUndefined()
    expect(afterRead(hop, 2, [answered([served('1', { 1: 2 })])], later).range).toBe('1')
  })

  test('joins with what another hop knows: the later version, the further progress of each range', () => {
    const one = written(knowsNothing, 1, served('0', { 1: 8 }))
    const other = written(knowsNothing, 2, served('1', { 1: 3 }))
    expect(join(one, other, later)).toMatchObject({ version: 2, range: '1' })
    expect(join(one, other, later).progress.map(({ range, lsn }) => [range, lsn])).toEqual([
      ['0', 8],
      ['1', 3],
    ])
  })
})

describe('the token in truth', () => {
  const hop = written(knowsNothing, 1, served('0', { 1: 5 }))
  const split = (younger: string, elder: string) => younger === elder || elder === '0'

  test('is unknown where several children answered and it covers one of them only', () => {
    const told = afterRead(hop, undefined, [answered([served('1', { 1: 6 }, 2)])], later)
    const children = [served('1', { 1: 6 }, 2), served('2', { 1: 6 }, 2)]
    expect(trueToken([answered(children, [served('0', { 1: 5 })])], told, split, true)).toBe('unknown')
    expect(trueToken([answered(children, [served('1', { 1: 6 }, 2), served('0', { 1: 5 })])], told, split, true)).toBe(
      'intact',
    )
  })

  test('is unknown to whoever is not told of the split', () => {
    const requests = [answered([served('1', { 1: 5 }, 2)], [served('0', { 1: 5 })])]
    expect(trueToken(requests, hop, split, true)).toBe('intact')
    expect(trueToken(requests, hop, unsplit, true)).toBe('unknown')
  })
})

describe('a canary in truth', () => {
  const split = (younger: string, elder: string) => younger === elder || elder === '8'
  const sent = (...token: Position[]) => [answered([served('11', { 1: 16 }, 6)], token)]
  const ofParent = served('8', { 1: 1_000_000_000_016 }, 5)

  test('of a parent is for its child, unless what was cut short of a newer one is there too', () => {
    expect(trueCanary(sent(ofParent), 'lost', '11', split)).toBe('unknown')
    expect(trueCanary(sent(served('7', { 1: 1_000_000_000_016 })), 'lost', undefined, split)).toBe('lost')
    expect(trueCanary(sent(ofParent, served('11', { 1: 10_000_000_000 }, 6)), 'lost', '11', split)).toBe('lost')
  })
})
