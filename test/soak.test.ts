import { describe, expect, test } from 'vitest'
import type { Figures } from '../bench/soak/life.ts'
import { printReport } from '../bench/soak/report.ts'
import { account, compareHoldings, type PhaseReport, soak, wentBack } from '../bench/soak/soak.ts'

const inShort = /^(all is well|a third of|half of|the disk|the wall clock jumps|reload: a scenario)/

test('a soak in short: service and counters outlive what goes wrong, and every planned run is accounted for', async () => {
  const passed: string[] = []
  const report = await soak(
    { seed: 7, periodMs: 100, phaseMs: 1200, includes: (phase) => inShort.test(phase) },
    ({ name }) => passed.push(name),
  )
  expect(report.problems).toEqual([])
  expect(report.exits.map(({ code }) => code)).toEqual([0, 0])
  expect(passed).toHaveLength(9)
  expect(report.scenarioCount).toBe(7)
  expect(printReport(report, new Date(0), 1)).toContain('It passed')
}, 120_000)

describe('what a soak would find', () => {
  const figures = (atMs: number, counters: Record<string, number>): Figures => ({
    atMs,
    doubtMs: 10,
    counters: new Map(Object.entries(counters)),
  })
  const runs = 'hopwatch_runs_total{scenario="a",arm="propagated",result="kept"}'
  const missed = 'hopwatch_runs_missed_total{scenario="a",reason="overlap"}'

  test('a counter that went back; one that is gone is none', () => {
    expect(wentBack(figures(0, { x: 5, y: 1, z: 2 }), figures(1, { x: 4, z: 2 }))).toEqual(['x'])
  })

  test('runs that are neither counted nor missed', () => {
    const from = figures(0, { [runs]: 10, [missed]: 0 })
    const all = account(from, figures(10_000, { [runs]: 90, [missed]: 20 }), 100)
    expect(all.unaccounted).toBeLessThanOrEqual(all.allowed)
    const some = account(from, figures(10_000, { [runs]: 90, [missed]: 10 }), 100)
    expect(some.unaccounted).toBeGreaterThan(some.allowed)
  })

  test('memory, timers and sockets that grow', () => {
    const phase = (heapBytes: number, timers: number, sockets: number): PhaseReport => ({
      name: 'well',
      runs: 1,
      missed: 0,
      unaccounted: 0,
      allowed: 3,
      holdings: { heapBytes, timers, sockets },
    })
    const problems: string[] = []
    compareHoldings([phase(50e6, 10, 10), phase(52e6, 20, 12)], problems)
    expect(problems).toEqual([])
    compareHoldings([phase(50e6, 10, 10), phase(150e6, 200, 300)], problems)
    expect(problems).toHaveLength(3)
  })
})
