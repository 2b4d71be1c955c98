import type { Journal } from './journal.ts'
import { TestAccount } from './test-account.ts'

/** For tests: one thing that happens to an account with a single range. */
export type Step =
  | { readonly kind: 'write'; readonly item: string }
  | { readonly kind: 'delete'; readonly item: string }
  | { readonly kind: 'read'; readonly item: string; readonly region: string; readonly withToken: boolean }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'pause'; readonly region: string }
  | { readonly kind: 'resume'; readonly region: string }
  | { readonly kind: 'failover'; readonly region: string }
  /** The write region falls, the writes move to another one by force, and the fallen one comes back. */
  | { readonly kind: 'disaster'; readonly region: string }

export interface ReadSeen {
  /** LSN in the token that the read carried; undefined: it carried none. */
  readonly tokenLsn: number | undefined
  readonly servedLsn: number
  /** The newest version of the item up to the token; a delete counts as a version. */
  readonly newestUnderToken: number
  /** The item's version as read; for a missing item the newest delete up to the served LSN. */
  readonly seen: number
}

/** Lives through the steps; each read with a token carries the newest one that any answer brought. */
export function directHistory(
  steps: readonly Step[],
  seed: number,
): { journal: Journal; reads: ReadSeen[]; tokens: string[]; endedAtMs: number } {
  const test = new TestAccount({ seed, sessionWaitMs: 100 })
  const reads: ReadSeen[] = []
  const tokens: string[] = []
  /** By item: the version that each commit gave it, in LSN order. The whole history's LSN is the version. */
  const history = new Map<string, number[]>()
  let token: { text: string; lsn: number } | undefined
  const note = (reply: { sessionToken?: string | undefined; lsn?: number | undefined }) => {
    if (reply.sessionToken === undefined || reply.lsn === undefined) return
    tokens.push(reply.sessionToken)
    if (token === undefined || reply.lsn >= token.lsn) token = { text: reply.sessionToken, lsn: reply.lsn }
  }
  const newest = (item: string, lsn: number) => (history.get(item) ?? []).findLast((version) => version <= lsn) ?? 0
  for (const step of steps) {
    // No two steps share a moment, so that the state at a time is the state that a step met.
    test.nowMs += 0.001
    const version = test.account.journal.commits().length + 1
    if (step.kind === 'pass') test.nowMs += step.ms
    else if (step.kind === 'pause') test.account.pauseReplication(test.writeRegion, step.region, test.nowMs)
    else if (step.kind === 'resume') test.account.resumeReplication(test.writeRegion, step.region, test.nowMs)
    else if (step.kind === 'failover') test.account.failover(step.region, test.nowMs)
    else if (step.kind === 'disaster') {
      const fallen = test.writeRegion
      if (fallen === step.region) continue
      test.account.setRegionOffline(fallen, 'unavailable', test.nowMs)
      test.account.failover(step.region, test.nowMs)
      test.account.setRegionOnline(fallen, test.nowMs)
    } else if (step.kind === 'read') {
      const carried = step.withToken ? token : undefined
      const reply = test.item(
        {
          kind: 'readItem',
          partitionKey: ['p'],
          id: step.item,
          ...(carried === undefined ? {} : { sessionToken: carried.text }),
        },
        step.region,
      )
      if (reply.lsn === undefined) continue
      const found = reply.status === 200 ? (reply.body as { version: number }).version : newest(step.item, reply.lsn)
      const newestUnderToken = carried === undefined ? 0 : newest(step.item, carried.lsn)
      reads.push({ tokenLsn: carried?.lsn, servedLsn: reply.lsn, newestUnderToken, seen: found })
      note(reply)
    } else {
      const reply =
        step.kind === 'write'
          ? test.upsert(step.item, version)
          : test.item({ kind: 'deleteItem', partitionKey: ['p'], id: step.item })
      if (reply.status < 300) history.set(step.item, [...(history.get(step.item) ?? []), version])
      note(reply)
    }
  }
  return { journal: test.account.journal, reads, tokens, endedAtMs: test.nowMs }
}
