import { expect, test } from 'vitest'
import { Releases } from './release.ts'

const pause = () => new Promise<void>((resolve) => setImmediate(resolve))

test('closes what was opened last first, one at a time', async () => {
  const releases = new Releases()
  const events: string[] = []
  for (const name of ['server', 'store', 'scheduler']) {
    releases.add(name, async () => {
      events.push(`${name} closing`)
      await pause()
      events.push(`${name} closed`)
    })
  }
  expect(await releases.close()).toEqual([])
  expect(events).toEqual([
    'scheduler closing',
    'scheduler closed',
    'store closing',
    'store closed',
    'server closing',
    'server closed',
  ])
})

test('a release that throws or rejects is reported by name and keeps no other from running', async () => {
  const releases = new Releases()
  const thrown = new Error('thrown')
  const rejected = new Error('rejected')
  let closed = 0
  releases.add('first', () => closed++)
  releases.add('thrower', () => {
    throw thrown
  })
  releases.add('rejecter', () => Promise.reject(rejected))
  releases.add('last', () => closed++)
  expect(await releases.close()).toEqual([
    { name: 'rejecter', error: rejected },
    { name: 'thrower', error: thrown },
  ])
  expect(closed).toBe(2)
})

test('closes each exactly once, however often it is asked', async () => {
  const releases = new Releases()
  let closed = 0
  releases.add('once', () => closed++)
  await releases.close()
  expect(await releases.close()).toEqual([])
  expect(closed).toBe(1)
})

test('asked twice at once, as by two signals, it keeps the order and both wait for the end', async () => {
  const releases = new Releases()
  const events: string[] = []
  releases.add('opened first', () => events.push('first closed'))
  releases.add('opened last', async () => {
    await pause()
    events.push('last closed')
  })
  const first = releases.close()
  await releases.close()
  expect(events).toEqual(['last closed', 'first closed'])
  await first
})

test('what is opened while closing is closed too', async () => {
  const releases = new Releases()
  const events: string[] = []
  releases.add('outer', () => {
    events.push('outer')
    releases.add('late', () => events.push('late'))
  })
  await releases.close()
  expect(events).toEqual(['outer', 'late'])
})
