import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import type { CarryContext, Delivery } from './carriers/carrier.ts'
import { device } from './carriers/device.ts'
import { resourcesInMemory } from './carriers/resources.ts'
import { FileDisk } from './device-disk.ts'

async function place() {
  const parent = await mkdtemp(join(tmpdir(), 'hopwatch-test-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  return parent
}

const wallMs = () => Date.now()
const filesIn = async (parent: string) => (await readdir(parent, { recursive: true })).toSorted()

test('a file that only its owner may read, whole or not there, gone when asked', async () => {
  const parent = await place()
  const disk = new FileDisk(join(parent, 'made', 'on-demand'), wallMs)
  await disk.save('phone', 'first')
  await disk.save('phone', 'second')
  expect(await disk.load('phone')).toBe('second')
  const files = await filesIn(join(parent, 'made', 'on-demand'))
  expect(files).toHaveLength(2)
  const [directory, file] = await Promise.all(files.map((name) => stat(join(parent, 'made', 'on-demand', name))))
  expect([directory!.mode & 0o777, file!.mode & 0o777]).toEqual([0o700, 0o600])
  await disk.remove('phone')
  await disk.remove('phone')
  await expect(disk.load('phone')).rejects.toThrow('ENOENT')
  await disk.close()
  expect(await filesIn(join(parent, 'made', 'on-demand'))).toEqual([])
})

test('what a killed process left is swept after a day, and nothing else', async () => {
  const parent = await place()
  for (const name of ['hopwatch-devices-old', 'hopwatch-devices-new', 'somebody-elses']) {
    await mkdir(join(parent, name))
    await writeFile(join(parent, name, 'token'), 'x')
  }
  const longAgo = (Date.now() - 25 * 3_600_000) / 1000
  await utimes(join(parent, 'hopwatch-devices-old'), longAgo, longAgo)
  await utimes(join(parent, 'somebody-elses'), longAgo, longAgo)
  const disk = new FileDisk(parent, wallMs)
  await disk.save('phone', 'token')
  await disk.close()
  expect(await readdir(parent)).toEqual(['hopwatch-devices-new', 'somebody-elses'])
})

test('a device holds the token only while it is offline', async () => {
  const parent = await place()
  const disk = new FileDisk(parent, wallMs)
  const clock = new ManualClock()
  const context: CarryContext = {
    workflow: 'w',
    run: 'r1',
    options: {},
    delayMs: 2000,
    damage: (text) => text,
    clock,
    random: seededRandom(1),
    signal: new AbortController().signal,
    resources: { ...resourcesInMemory(clock), disk },
  }
  let delivery: Delivery | undefined
  void Promise.resolve(device().carry('0:1#5#1=5', context)).then((result) => {
    delivery = result
  })
  await expect.poll(() => clock.nextWakeMs()).toBe(2000)
  expect((await filesIn(parent)).some((name) => name.endsWith('r1-1'))).toBe(true)
  expect(delivery).toBeUndefined()
  await clock.advance(2000)
  await expect.poll(() => delivery).toEqual({ token: '0:1#5#1=5', cause: undefined })
  expect((await filesIn(parent)).filter((name) => name.includes('r1-1'))).toEqual([])
  await disk.close()
})

test('a disk that refuses costs the token and nothing else', async () => {
  const parent = await place()
  const file = join(parent, 'a-file')
  await writeFile(file, '')
  await chmod(file, 0o400)
  const clock = new ManualClock()
  const disk = new FileDisk(join(file, 'below-it'), wallMs)
  const delivery = await device().carry('0:1#5#1=5', {
    workflow: 'w',
    run: 'r1',
    options: {},
    delayMs: 0,
    damage: (text) => text,
    clock,
    random: seededRandom(1),
    signal: new AbortController().signal,
    resources: { ...resourcesInMemory(clock), disk },
  })
  expect(delivery).toEqual({ token: undefined, cause: 'device-unavailable' })
  await disk.close()
})
