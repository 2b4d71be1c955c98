import { lstat, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type FileWatch, watchFiles } from './watch-files.ts'

let folder = ''
let watch: FileWatch | undefined
let changes = 0
const errors: unknown[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopwatch-watch-'))
  changes = 0
  errors.length = 0
})
afterEach(async () => {
  await watch?.close()
  await rm(folder, { recursive: true, force: true })
  expect(errors).toEqual([])
})

const follow = async (scenarios = 'scenarios', configuration = 'hopwatch.yaml') => {
  watch = watchFiles(
    () => changes++,
    (error) => errors.push(error),
  )
  await watch.follow({ scenarios: [join(folder, scenarios)], configuration: join(folder, configuration) })
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** Longer than what is waited for quiet, so that a change that is noticed has been told. */
const settled = () => pause(500)
const told = async () => {
  await vi.waitUntil(() => changes > 0, { timeout: 10_000 })
  await settled()
  const seen = changes
  changes = 0
  return seen
}

/** As the kubelet writes a volume: a new directory, a link to it under another name, which then takes the name's place. */
async function swap(directory: string, version: string, files: Record<string, string>, formerly?: string) {
  await mkdir(join(directory, `..${version}`), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, `..${version}`, name), text)
  await symlink(`..${version}`, join(directory, '..data_tmp'))
  await rename(join(directory, '..data_tmp'), join(directory, '..data'))
  if (formerly) await rm(join(directory, `..${formerly}`), { recursive: true })
}

describe('files are watched', () => {
  test('a ConfigMap that is swapped, again and again', async () => {
    const directory = join(folder, 'scenarios')
    await swap(directory, 'one', { 'a.yaml': '1' })
    await symlink('..data/a.yaml', join(directory, 'a.yaml'))
    await follow()
    await swap(directory, 'two', { 'a.yaml': '2' }, 'one')
    expect(await told()).toBeGreaterThan(0)
    await swap(directory, 'three', { 'a.yaml': '3' }, 'two')
    expect(await told()).toBeGreaterThan(0)
  })

  test('files that are written, renamed into place, added and removed', async () => {
    const directory = join(folder, 'scenarios')
    await mkdir(directory)
    await writeFile(join(directory, 'a.yaml'), '1')
    await follow()
    await writeFile(join(directory, 'a.yaml'), '2')
    await writeFile(join(directory, 'b.yml'), '1')
    expect(await told()).toBeGreaterThan(0)
    await writeFile(join(directory, 'a.yaml.new'), '3')
    await rename(join(directory, 'a.yaml.new'), join(directory, 'a.yaml'))
    expect(await told()).toBeGreaterThan(0)
    await rm(join(directory, 'b.yml'))
    expect(await told()).toBeGreaterThan(0)
  })

  test('a single scenario file and the configuration, there or not, and nothing beside them', async () => {
    await writeFile(join(folder, 'mine.yaml'), '1')
    await writeFile(join(folder, 'other.yaml'), '1')
    await follow('mine.yaml')
    await writeFile(join(folder, 'other.yaml'), '2')
    await writeFile(join(folder, 'notes.txt'), '2')
    await settled()
    expect(changes).toBe(0)
    await writeFile(join(folder, 'hopwatch.yaml'), 'logLevel: debug')
    expect(await told()).toBeGreaterThan(0)
    await writeFile(join(folder, 'mine.yaml'), '2')
    expect(await told()).toBeGreaterThan(0)
  })

  test('what was written before it was watched is found by its time', async () => {
    const directory = join(folder, 'scenarios')
    await swap(directory, 'one', { 'a.yaml': '1' })
    await symlink('..data/a.yaml', join(directory, 'a.yaml'))
    await pause(50)
    const before = Date.now()
    await follow()
    expect(await watch?.hasChangedSince(before)).toBe(false)
    await writeFile(join(directory, 'notes.txt'), '1')
    expect(await watch?.hasChangedSince(before)).toBe(false)
    await pause(50)
    await swap(directory, 'two', { 'a.yaml': '2' })
    expect(await watch?.hasChangedSince(before)).toBe(true)
  })

  test('a file that is stamped by a clock some milliseconds behind is found all the same', async () => {
    const directory = join(folder, 'scenarios')
    await mkdir(directory)
    await follow()
    await writeFile(join(directory, 'a.yaml'), '1')
    const { ctimeMs } = await lstat(join(directory, 'a.yaml'))
    expect(await watch?.hasChangedSince(ctimeMs + 15)).toBe(true)
    expect(await watch?.hasChangedSince(ctimeMs + 1000)).toBe(false)
  })

  test('one who asks while another is served takes a turn: what was watched in between is let go', async () => {
    for (const directory of ['scenarios', 'others', 'third']) await mkdir(join(folder, directory))
    await follow()
    const to = (name: string) =>
      watch?.follow({ scenarios: [join(folder, name)], configuration: join(folder, 'hopwatch.yaml') })
    expect(await Promise.all([to('others'), to('third'), to('third')])).toEqual([true, true, false])
    await writeFile(join(folder, 'others', 'a.yaml'), '1')
    await settled()
    expect(changes).toBe(0)
    await writeFile(join(folder, 'third', 'a.yaml'), '1')
    expect(await told()).toBeGreaterThan(0)
  })

  test('nothing any more once it is closed, also where somebody was about to', async () => {
    for (const directory of ['scenarios', 'others']) await mkdir(join(folder, directory))
    await follow()
    const late = watch?.follow({ scenarios: [join(folder, 'others')], configuration: join(folder, 'hopwatch.yaml') })
    await watch?.close()
    await late
    await writeFile(join(folder, 'others', 'a.yaml'), '1')
    await settled()
    expect(changes).toBe(0)
  })

  test('other files, once the configuration names them', async () => {
    for (const directory of ['scenarios', 'others']) await mkdir(join(folder, directory))
    await follow()
    await watch?.follow({ scenarios: [join(folder, 'others')], configuration: join(folder, 'hopwatch.yaml') })
    await writeFile(join(folder, 'scenarios', 'a.yaml'), '1')
    await settled()
    expect(changes).toBe(0)
    await writeFile(join(folder, 'others', 'a.yaml'), '1')
    expect(await told()).toBeGreaterThan(0)
  })
})
