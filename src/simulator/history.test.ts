import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SessionToken } from '../protocol/session-token.ts'
import { east, north, west } from './test-account.ts'
import { directHistory, type Step } from './test-history.ts'

const region = fc.constantFrom(west, north, east)
const item = fc.constantFrom('a', 'b', 'c')

/** What clients, operators and time do to an account; forced failovers are left out, for they break promises. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), item }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), item, region, withToken: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), region }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resume' as const), region }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('failover' as const), region }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), item }) },
)
/** Long ones, lest chance bring histories in which nothing happens. */
const length = { minLength: 20, maxLength: 80, size: 'max' } as const
const steps = fc.array(step, length)

describe('over random histories', () => {
  test('the same seed gives the same journal, byte for byte; another seed another', () => {
    let differs = 0
    fc.assert(
      fc.property(fc.nat(), steps, (seed, history) => {
        const print = (with_: number) => JSON.stringify(directHistory(history, with_).journal.entries())
        expect(print(seed)).toBe(print(seed))
        if (print(seed) !== print(seed + 1)) differs += 1
      }),
      { numRuns: 40 },
    )
    expect(differs).toBeGreaterThan(0)
  })

  test('a read answered under a token is never older than the token, and never misses its write', () => {
    let covered = 0
    fc.assert(
      fc.property(fc.nat(), steps, (seed, history) => {
        const { reads } = directHistory(history, seed)
        for (const { tokenLsn, servedLsn, newestUnderToken, seen } of reads) {
          if (tokenLsn === undefined) continue
          covered += 1
          expect(servedLsn).toBeGreaterThanOrEqual(tokenLsn)
          expect(seen).toBeGreaterThanOrEqual(newestUnderToken)
        }
      }),
      { numRuns: 120 },
    )
    expect(covered).toBeGreaterThan(100)
  })

  test('LSNs follow each other without a gap, and each replica only moves forward', () => {
    fc.assert(
      fc.property(fc.nat(), steps, (seed, history) => {
        const { journal, endedAtMs } = directHistory(history, seed)
        expect(journal.commits().map(({ lsn }) => lsn)).toEqual(journal.commits().map((_, i) => i + 1))
        const commit = journal.commits()[0]
        if (commit === undefined) return
        for (const name of [west, north, east]) {
          let last = 0
          for (let ms = 0; ms <= endedAtMs; ms += Math.max(1, endedAtMs / 10)) {
            const lsn = journal.replicaStateAt(name, 0, commit, ms)!
            expect(lsn).toBeGreaterThanOrEqual(last)
            last = lsn
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  test('forced failovers too: every commit is kept or named as lost, and what is read is what was kept', () => {
    let lost = 0
    const wild = fc.oneof(
      { weight: 8, arbitrary: step },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('disaster' as const), region }) },
    )
    fc.assert(
      fc.property(fc.nat(), fc.array(wild, length), (seed, history) => {
        const { journal } = directHistory(history, seed)
        const log: number[] = []
        for (const entry of journal.entries()) {
          if (entry.kind === 'commit') {
            log.push(entry.lsn)
            expect(entry.lsn).toBe(log.length)
          } else if (entry.kind === 'lost') {
            lost += 1
            log.splice(entry.lsn - 1)
          } else if (entry.kind === 'request') {
            for (const served of entry.served ?? []) expect(served.lsn).toBeLessThanOrEqual(log.length)
          }
        }
      }),
      { numRuns: 80 },
    )
    expect(lost).toBeGreaterThan(0)
  })

  test('the journal’s replica states are the ones that answered', () => {
    let compared = 0
    fc.assert(
      fc.property(fc.nat(), steps, (seed, history) => {
        const { journal } = directHistory(history, seed)
        for (const request of journal.requests()) {
          for (const served of request.served ?? []) {
            if (served.replica === undefined || request.status === 404) continue
            const where = { container: request.container!, range: served.range }
            expect(journal.replicaStateAt(request.region, served.replica, where, request.atMs)).toBe(served.lsn)
            compared += 1
          }
        }
      }),
      { numRuns: 60 },
    )
    expect(compared).toBeGreaterThan(50)
  })

  test('no entry holds the text of a token', () => {
    fc.assert(
      fc.property(fc.nat(), steps, (seed, history) => {
        const { journal, tokens } = directHistory(history, seed)
        const print = JSON.stringify(journal.entries())
        for (const token of tokens) {
          expect(SessionToken.parse(token)).toHaveProperty('token')
          expect(print).not.toContain(token)
        }
      }),
      { numRuns: 30 },
    )
  })
})
