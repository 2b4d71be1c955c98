import { describe, expect, test } from 'vitest'
import { writeScenario } from '../e2e/files.ts'
import { makeFolder, runHopwatch } from '../e2e/process.ts'

describe('plan', () => {
  test('measures on the simulator, and asks no account', async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey', { every: '2s', budget: '{ requestUnits: 2/s }' })
    const args = ['plan', '--runs', '5', '--price-per-hour-100ru', '1', '--price-per-million-ru', '2', '--regions', '1']
    const env = { COSMOS_ENDPOINT: 'http://127.0.0.1:9/' }
    const { code, stdout, stderr } = await runHopwatch([...args, '--format', 'json'], { cwd, env })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const plan = JSON.parse(stdout) as {
      scenarios: { requestUnits: Record<string, number> }[]
      prices: object
      total: Record<string, number>
    }
    const [journey] = plan.scenarios
    expect(journey?.requestUnits.perRun).toBeGreaterThan(6)
    expect(journey?.requestUnits.perSecond).toBeCloseTo(2)
    expect(plan.total.costServerless).toBeCloseTo((2 * 86_400 * 2) / 1_000_000)
    expect(plan.total.costProvisioned).toBeCloseTo((2 / 100) * 24)
    expect(plan.prices).toMatchObject({ areDefaults: false })
  })

  test('as a table tells cost, time to notice, and what it rests on', async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey', { every: '10s' })
    const { code, stdout } = await runHopwatch(['plan', '--runs', '2'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^journey +8,640 +8,640 +[\d.]+ /m)
    expect(stdout).toMatch(/^tokens lost +100 % +20 % +5 % +1 %\njourney +\d/m)
    expect(stdout).toContain('These prices are a guess')
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([])
    expect(stdout).toContain('measured in 2 runs of each scenario on the embedded simulator')
  })
})
