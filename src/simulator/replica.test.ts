import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  emptyReplica,
  promisedLsn,
  type ReplicaMessage,
  type ReplicaState,
  reachesAtMs,
  replica,
  sendNow,
  settledMs,
} from './replica.ts'

const stateAfter = (messages: ReplicaMessage[], from: ReplicaState = emptyReplica()) =>
  messages.reduce((state, message) => replica(state, message)[0], from)
const positionAt = (state: ReplicaState, nowMs: number) => replica(state, { kind: 'position', nowMs })[1]

describe('a replica', () => {
  test('applies a commit when it arrives, not before', () => {
    const state = stateAfter([{ kind: 'send', lsn: 1, atMs: 10 }])
    expect([positionAt(state, 9.9), positionAt(state, 10)]).toEqual([0, 1])
  })

  test('applies in LSN order: a quick commit waits for a slow one before it', () => {
    const slow = stateAfter([{ kind: 'send', lsn: 1, atMs: 50 }])
    const [state, appliedAtMs] = replica(slow, { kind: 'send', lsn: 2, atMs: 20 })
    expect(appliedAtMs).toBe(50)
    expect([positionAt(state, 49), positionAt(state, 50)]).toEqual([0, 2])
  })

  test('withdraws only what has not arrived', () => {
    const state = stateAfter([1, 2, 3].map((lsn) => ({ kind: 'send', lsn, atMs: lsn * 10 })))
    const [left, promised] = replica(state, { kind: 'withdraw', beyondLsn: 2, nowMs: 15 })
    expect([left.appliedLsn, promised, positionAt(left, 1000)]).toEqual([1, 2, 2])
  })

  test('forgets what it applied when the log is cut', () => {
    const state = stateAfter([{ kind: 'send', lsn: 5, atMs: 1 }])
    const [left, lsn] = replica(state, { kind: 'cut', lsn: 3, nowMs: 2 })
    expect([lsn, positionAt(left, 1000)]).toEqual([3, 3])
  })

  test('knows when it will have reached an LSN', () => {
    const state = stateAfter([
      { kind: 'send', lsn: 1, atMs: 10 },
      { kind: 'send', lsn: 4, atMs: 30 },
    ])
    expect([reachesAtMs(state, 1), reachesAtMs(state, 2), reachesAtMs(state, 5)]).toEqual([10, 30, undefined])
    expect(reachesAtMs(state, 0)).toBe(Number.NEGATIVE_INFINITY)
  })

  test('is pure: no message changes an earlier state', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const seen: { state: ReplicaState; print: string }[] = []
        let state = emptyReplica()
        for (const message of history(steps)) {
          seen.push({ state, print: printWindow(state) })
          state = replica(state, message)[0]
          // A second successor of the same state must not disturb the first.
          replica(seen.at(-1)!.state, { kind: 'send', lsn: 999, atMs: 9999 })
        }
        for (const { state: earlier, print } of seen) expect(printWindow(earlier)).toBe(print)
      }),
    )
  })

  test('sent to now, it stands where the two messages would leave it, and says when it will have arrived', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), fc.nat(100), fc.nat(60), (steps, passMs, delayMs) => {
        const messages = [...history(steps)]
        const state = stateAfter(messages)
        const nowMs = Math.max(0, ...messages.map((each) => ('nowMs' in each ? each.nowMs : 0))) + passMs
        const [lsn, atMs] = [promisedLsn(state) + 1, nowMs + Math.max(0, delayMs - 30)]
        const [sent, dueMs] = replica(state, { kind: 'send', lsn, atMs })
        expect(settledMs(state, atMs)).toBe(dueMs)
        expect(printWindow(sendNow(state, lsn, atMs, nowMs))).toBe(
          printWindow(replica(sent, { kind: 'position', nowMs })[0]),
        )
      }),
    )
  })

  test('its position never runs backwards, whatever is withdrawn', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 200 }), (steps) => {
        let state = emptyReplica()
        let lastLsn = 0
        for (const message of history(steps)) {
          state = replica(state, message)[0]
          expect(state.appliedLsn).toBeGreaterThanOrEqual(lastLsn)
          expect(promisedLsn(state)).toBeGreaterThanOrEqual(state.appliedLsn)
          lastLsn = state.appliedLsn
        }
      }),
    )
  })
})

const anyStep = fc.record({
  kind: fc.constantFrom('send', 'position', 'withdraw'),
  delayMs: fc.nat(100),
  passMs: fc.nat(40),
})

/** Steps → messages as a range would send them: LSNs follow on what was promised, time runs forwards. */
function* history(steps: { kind: string; delayMs: number; passMs: number }[]): Generator<ReplicaMessage> {
  let state = emptyReplica()
  let nowMs = 0
  for (const step of steps) {
    nowMs += step.passMs
    const message: ReplicaMessage =
      step.kind === 'send'
        ? { kind: 'send', lsn: promisedLsn(state) + 1, atMs: nowMs + step.delayMs }
        : step.kind === 'withdraw'
          ? { kind: 'withdraw', beyondLsn: state.appliedLsn + 1, nowMs }
          : { kind: 'position', nowMs }
    state = replica(state, message)[0]
    yield message
  }
}

const printWindow = (state: ReplicaState) =>
  JSON.stringify([state.appliedLsn, state.inFlight.slice(state.from, state.to)])
