import { describe, expect, test } from 'vitest'
import { progressLine } from './progress.ts'

function shownOn(isTTY: boolean, atMs: readonly number[]): string[] {
  const written: string[] = []
  let nowMs = 0
  const progress = progressLine({ isTTY, write: (text: string) => written.push(text) > 0 }, () => nowMs)
  for (const ms of atMs) {
    nowMs = ms
    progress.show(`at ${ms}`)
  }
  progress.end()
  return written
}

describe('progress', () => {
  test('on a terminal is one line that is written over, and goes in the end', () => {
    expect(shownOn(true, [0, 50, 120])).toEqual(['\r\u001b[2Kat 0', '\r\u001b[2Kat 120', '\r\u001b[2K'])
  })

  test('in a log is a line every half minute, and none where the command is sooner done', () => {
    expect(shownOn(false, [0, 1000, 29_000])).toEqual([])
    expect(shownOn(false, [0, 30_000, 40_000, 61_000])).toEqual(['at 30000\n', 'at 61000\n'])
  })
})
