import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exploreWorld } from '../../src/explore/explore.ts'
import { digestOfHistory } from './history.ts'

test('a seed makes the same history to the byte, again and in another process', async () => {
  const here = await digestOfHistory('history', 4, 40)
  expect(await digestOfHistory('history', 4, 40)).toBe(here)
  const script = join(import.meta.dirname, 'history.ts')
  const elsewhere = execFileSync(process.execPath, [script, 'history', '4', '40'], { encoding: 'utf8' })
  expect(elsewhere).toBe(here)
  expect(await digestOfHistory('another', 4, 40)).not.toBe(here)
})

test('what a shorter exploration of a world saw is the beginning of a longer one', async () => {
  const seen = async (runs: number) => {
    const stories: string[] = []
    await exploreWorld('history/0', runs, ({ tell }) => stories.push(tell()))
    return stories
  }
  const [short, long] = [await seen(10), await seen(30)]
  expect(long.slice(0, 10)).toEqual(short)
})
