import { describe, expect, test } from 'vitest'
import { runHopwatch } from '../e2e/process.ts'

describe('explore', () => {
  test('prints its seed first and exits with 0 when every judgement agrees', async () => {
    const { code, stdout, stderr } = await runHopwatch(['explore', '--seed', '1', '--runs', '120', '--verbose'])
    expect(stdout).toMatch(/^seed 1\n/)
    expect(stdout).toMatch(/verdict fresh +\d+/)
    expect(stdout).toMatch(/\n120 runs, [\d,]+ a second: no disagreement\n$/)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('threads judge the same worlds', async () => {
    const judged = async (workers: string) => {
      const { stdout } = await runHopwatch([
        'explore',
        '--seed',
        '2',
        '--runs',
        '220',
        '--verbose',
        '--workers',
        workers,
      ])
      return stdout.replace(/, [\d,]+ a second/, '')
    }
    expect(await judged('2')).toBe(await judged('1'))
  })

  test('replays one run, twice the same', async () => {
    const replay = () => runHopwatch(['explore', '--seed', '1', '--world', '2', '--run', '7'])
    const { code, stdout } = await replay()
    expect(stdout).toMatch(/^seed 1\narm \w+; /)
    expect(stdout).toMatch(/\n +0 {2}write \w+ v\d+ at hop-\d: \w+/)
    expect(stdout).toMatch(/\d ms \w+ in [\w ]+ with (no token|token \d)/)
    expect(code).toBe(0)
    expect((await replay()).stdout).toBe(stdout)
  })

  test('a replay needs world and run', async () => {
    const { code, stderr } = await runHopwatch(['explore', '--world', '2'])
    expect(stderr).toContain('A replay needs both --world and --run.')
    expect(code).toBe(2)
  })
})
