import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { ConfigurationProblem } from '../base/configuration-problem.ts'
import { TargetProblem } from '../cosmos/target.ts'
import type { Scenario } from '../domain/scenario.ts'
import { type LoadFiles, type ReloadDeps, Reloader } from './reload.ts'

const bad = { file: 'a.yaml', line: 2, column: 3, message: 'unknown key "evry"', instead: 'write "every"' }

function harness(changes: Partial<ReloadDeps> = {}) {
  const clock = new ManualClock(1_000_000)
  const lines: { msg: string; trigger?: string; problems?: string[] }[] = []
  const outcomes: boolean[] = []
  const applied: (readonly Scenario[])[] = []
  let files: Awaited<ReturnType<LoadFiles>> = { scenarios: [], requestUnitsPerSecond: undefined }
  let loads = 0
  const reloader = new Reloader({
    load: async () => {
      loads++
      return files
    },
    check: () => {},
    apply: async ({ scenarios }) => {
      applied.push(scenarios)
      return { added: [], changed: ['s'], removed: [], unchanged: [] }
    },
    onOutcome: (isSuccessful) => outcomes.push(isSuccessful),
    clock,
    logger: pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) }),
    ...changes,
  })
  return { clock, lines, outcomes, applied, reloader, put: (next: typeof files) => (files = next), loads: () => loads }
}

describe('a reload', () => {
  test('that fails leaves what runs alone, and says what is wrong until it is mended', async () => {
    const { clock, lines, outcomes, applied, reloader, put } = harness()
    put({ problems: [bad] })
    await clock.advance(60_000)
    expect(await reloader.reload('request')).toEqual({ problems: [bad] })
    expect(applied).toEqual([])
    expect(reloader.state).toEqual({ isSuccessful: false, lastSuccessWallMs: 1_000_000, problems: [bad] })
    expect(lines).toMatchObject([
      { level: 50, trigger: 'request', problems: ['a.yaml:2:3: unknown key "evry"; write "every"'] },
    ])
    put({ scenarios: [], requestUnitsPerSecond: undefined })
    await clock.advance(60_000)
    await reloader.reload('files')
    expect(reloader.state).toEqual({ isSuccessful: true, lastSuccessWallMs: 1_120_000, problems: [] })
    expect(outcomes).toEqual([true, false, true])
  })

  test.each([
    [new ConfigurationProblem('no such store', 'add it'), { message: 'no such store', instead: 'add it' }],
    [
      new TargetProblem('misconfigured', 'no such target', 'name one'),
      { message: 'no such target', instead: 'name one' },
    ],
  ])('is refused before anything has changed where a scenario cannot run here', async (error, problem) => {
    const check = () => {
      throw error
    }
    const { applied, reloader } = harness({ check })
    expect(await reloader.reload('signal')).toEqual({ problems: [problem] })
    expect(applied).toEqual([])
  })

  test('waits for the one before; those who ask meanwhile share the next', async () => {
    let release = () => {}
    let atOnce = 0
    let most = 0
    const { reloader, loads } = harness({
      apply: async () => {
        most = Math.max(most, ++atOnce)
        await new Promise<void>((resolve) => {
          release = resolve
        })
        atOnce--
        return { added: [], changed: [], removed: [], unchanged: [] }
      },
    })
    const first = reloader.reload('request')
    await new Promise(setImmediate)
    const others = [reloader.reload('request'), reloader.reload('files'), reloader.reload('signal')]
    await new Promise(setImmediate)
    expect(loads()).toBe(1)
    release()
    await first
    await new Promise(setImmediate)
    release()
    await Promise.all(others)
    expect([loads(), most]).toEqual([2, 1])
  })

  test('of files that were touched and say the same is no news; one that was asked for is', async () => {
    const none = async () => ({ added: [], changed: [], removed: [], unchanged: ['s'] })
    const { lines, reloader, put } = harness({ apply: none })
    await reloader.reload('files')
    expect(lines).toEqual([])
    await reloader.reload('signal')
    expect(lines).toMatchObject([{ msg: 'reloaded', trigger: 'signal', unchanged: 1 }])
    put({ problems: [bad] })
    await reloader.reload('files')
    await reloader.reload('files')
    expect(lines).toHaveLength(2)
    await reloader.reload('request')
    expect(lines).toHaveLength(3)
    // That it is mended is news in any case.
    put({ scenarios: [], requestUnitsPerSecond: undefined })
    await reloader.reload('files')
    expect(lines.at(-1)).toMatchObject({ msg: 'reloaded' })
  })

  test('that is under way when hopwatch stops is waited for; one that still reads changes nothing', async () => {
    let readOn = () => {}
    let putOn = () => {}
    let isPut = false
    const { reloader, applied } = harness({
      load: () =>
        new Promise((resolve) => {
          readOn = () => resolve({ scenarios: [], requestUnitsPerSecond: undefined })
        }),
      apply: async () => {
        await new Promise<void>((resolve) => {
          putOn = resolve
        })
        isPut = true
        return { added: [], changed: [], removed: [], unchanged: [] }
      },
    })
    const first = reloader.reload('request')
    await new Promise(setImmediate)
    readOn()
    await new Promise(setImmediate)
    const second = expect(reloader.reload('request')).rejects.toMatchObject({ status: 503 })
    const stopped = reloader.stop().then(() => expect(isPut).toBe(true))
    putOn()
    expect(await first).toMatchObject({ change: {} })
    await stopped
    await new Promise(setImmediate)
    isPut = false
    readOn()
    await second
    expect([isPut, applied]).toEqual([false, []])
  })

  test('after a defect of ours the next one still runs', async () => {
    let isBroken = true
    const { reloader } = harness({
      load: async () => {
        if (isBroken) throw new Error('a defect')
        return { scenarios: [], requestUnitsPerSecond: undefined }
      },
    })
    await expect(reloader.reload('request')).rejects.toThrow('a defect')
    isBroken = false
    expect(await reloader.reload('request')).toMatchObject({ change: {} })
  })
})
