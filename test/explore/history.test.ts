import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FinishedRun } from '../../src/domain/journey.ts'
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

test('a run that waits for nothing takes no time, and ends before its deadline', async () => {
  const seen: FinishedRun[] = []
  for (const world of ['0', '1', '2', '3']) await exploreWorld(`in no time/${world}`, 25, ({ run }) => seen.push(run))
  expect(seen.filter(({ durationMs }) => durationMs === 0).length).toBeGreaterThan(10)
  expect(seen.filter(({ result }) => result === 'abandoned').length).toBeLessThan(10)
})
