import { HTTPMethod, ResourceType } from '@azure/cosmos'
import { expect, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { AccountKey } from './account-key.ts'

const keyOf = (text: string) => Buffer.from(text).toString('base64')
const settled = () => new Promise(setImmediate)

function keptIn(place: { key: string; isThere?: boolean }) {
  const clock = new ManualClock()
  let read = 0
  let replaced = 0
  const readKey = async () => {
    read++
    if (place.isThere === false) throw new Error(`no such file: ${place.key}`)
    return place.key
  }
  const options = { name: 'shop', secretFrom: 'a file', readKey }
  const key = new AccountKey(place.key, options, clock, () => replaced++)
  return { clock, key, counts: () => [read, replaced] }
}

test('a key that stays refused is read no more often than the account is looked at', async () => {
  const { clock, key, counts } = keptIn({ key: keyOf('first') })
  for (let ms = 0; ms < 60_000; ms += 500) {
    key.noticeRefusal()
    await settled()
    await clock.advance(500)
  }
  expect(counts()).toEqual([12, 0])
})

test('what stands there now is what requests are signed with', async () => {
  const place = { key: keyOf('first') }
  const { key, counts } = keptIn(place)
  const request = { verb: HTTPMethod.get, path: '/', resourceId: '', resourceType: ResourceType.none, headers: {} }
  const signature = () => key.sign(request)
  const { present } = key
  const first = await signature()
  place.key = keyOf('second')
  key.noticeRefusal()
  await key.reading
  expect(key.present).not.toBe(present)
  expect(await signature()).not.toBe(first)
  expect(counts()).toEqual([1, 1])
})

test.each([
  ['half of one', { key: 'c2Vjcm' }, 'a key that is not base64'],
  ['none', { isThere: false }, 'its key cannot be read anew from a file'],
])('in place of the key %s: the former one stays, and the problem is told without it', async (_, change, message) => {
  const place = { key: keyOf('first') }
  const { key, counts } = keptIn(place)
  const { present } = key
  Object.assign(place, change)
  await expect(key.readAnew()).rejects.toThrow(message)
  expect(key.problem?.message).not.toContain(place.key)
  expect(key.present).toBe(present)
  Object.assign(place, { key: keyOf('first'), isThere: true })
  await key.readAnew()
  expect(key.problem).toBeUndefined()
  expect(counts()).toEqual([2, 0])
})

test('one of an environment variable cannot change', async () => {
  const key = new AccountKey(keyOf('first'), { name: 'shop' }, new ManualClock(), () => {})
  const { present } = key
  await key.readAnew()
  expect([key.canChange, key.present === present]).toEqual([false, true])
})
