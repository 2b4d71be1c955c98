import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Arm, Scenario } from '../domain/scenario.ts'
import { RunPlanner, sweptValue } from './plan-run.ts'

const withArms = (arms: readonly Arm[], partitions = 8) => ({ arms, partitions }) as Scenario
const arm = (name: string, share: number): Arm => ({ name, share, token: 'carried' })

test('at every moment each arm has had its share of the runs, within one run', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 500 }), (percent, runs) => {
      const planner = new RunPlanner(withArms([arm('propagated', 1 - percent / 100), arm('control', percent / 100)]))
      let controls = 0
      for (let run = 1; run <= runs; run++) {
        if (planner.next().arm.name === 'control') controls++
        expect(Math.abs(controls - (run * percent) / 100)).toBeLessThanOrEqual(1 + 1e-6)
      }
    }),
  )
})

test('every partition meets every swept value, in each arm', () => {
  const planner = new RunPlanner(withArms([arm('propagated', 0.9), arm('control', 0.1)]))
  const met = new Set<string>()
  for (let run = 0; run < 8 * 4 * 10 * 2; run++) {
    const plan = planner.next()
    met.add(`${plan.arm.name} ${plan.partition} ${sweptValue(['a', 'b', 'c', 'd'], plan, 8)}`)
  }
  expect(met.size).toBe(2 * 8 * 4)
})
