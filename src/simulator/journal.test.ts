import { expect, test } from 'vitest'
import { Journal, type JournalEntry } from './journal.ts'

const lost: JournalEntry = { kind: 'lost', atMs: 0, container: 'c', range: '0', lsn: 1 }
const change: JournalEntry = { kind: 'topology', atMs: 0, change: 'failover', detail: {} }

test('who listens for some kinds hears only those, and nothing else is worth building', () => {
  const journal = new Journal('off')
  expect([journal.isOn, journal.wants('lost')]).toEqual([false, false])
  const heard: JournalEntry[] = []
  const stop = journal.onEntry((entry) => heard.push(entry), new Set(['lost']))
  expect([journal.isOn, journal.wants('lost'), journal.wants('topology')]).toEqual([true, true, false])
  journal.append(lost)
  journal.append(change)
  expect(heard).toEqual([lost])
  stop()
  journal.append(lost)
  expect(heard).toEqual([lost])
})

test('who names no kinds hears everything, and what is kept is kept whole', () => {
  const heard: JournalEntry[] = []
  const journal = new Journal(10)
  journal.onEntry((entry) => heard.push(entry))
  expect(journal.wants('topology')).toBe(true)
  for (const entry of [lost, change]) journal.append(entry)
  expect(heard).toEqual([lost, change])
  expect(journal.entries()).toEqual([lost, change])
})
