import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { mistakeNames } from '../../examples/enrollment-portal/mistakes.ts'
import { hasNginx } from './nginx.ts'
import { launch, root } from './process.ts'
import { listRuns, metricsWhere, serving, sum } from './service.ts'

const found = /^(stale|missing)$/

/** The example as a reader starts it. It ends its own processes when it is told to stop. */
async function startExample(args: readonly string[]) {
  const script = join(root, 'examples/enrollment-portal/start.ts')
  const process = launch(script, [...args, '--listen', '127.0.0.1:0', '--log-level', 'warn'])
  onTestFinished(async () => {
    process.signal('SIGTERM')
    await process.ended
  })
  return serving(process)
}

describe.skipIf(!hasNginx)('the example application, of which hopwatch knows nothing but the address', () => {
  test.each(mistakeNames)('%s: found by its users seeing old data', async (mistake) => {
    const { address, process } = await startExample(['--broken', mistake])
    const series = await metricsWhere(
      address,
      'a stale read',
      (now) => sum(now, 'hopwatch_reads_total', { verdict: found }) > 0,
    )
    expect(sum(series, 'hopwatch_findings_total', { finding: 'unexplained' })).toBeGreaterThan(0)
    expect(sum(series, 'hopwatch_reads_total', { verdict: 'failed' })).toBe(0)
    const [run] = await listRuns(address, 'finding=unexplained')
    expect(run).toMatchObject({ scenario: 'enrollment-portal', result: 'found' })
    expect(process.printed.stderr).toContain('2 nodes behind nginx')
  })

  test('as it should be: nothing is found', async () => {
    const { address } = await startExample([])
    const series = await metricsWhere(
      address,
      'runs',
      (now) => sum(now, 'hopwatch_runs_total', { result: 'kept' }) >= 12,
    )
    expect(sum(series, 'hopwatch_runs_total')).toBe(sum(series, 'hopwatch_runs_total', { result: 'kept' }))
    expect(sum(series, 'hopwatch_reads_total')).toBe(sum(series, 'hopwatch_reads_total', { verdict: 'fresh' }))
  })
})

test('--help says what the example is and lists its mistakes, starts nothing, and leads to the options of serve', async () => {
  const running = launch(join(root, 'examples/enrollment-portal/start.ts'), ['--broken', '--help'])
  expect(await running.ended).toEqual({ code: 0, signal: null })
  const { stdout, stderr } = running.printed
  expect(stderr).toBe('')
  for (const words of ['portal of two nodes', '--broken', ...mistakeNames, 'serve --help'])
    expect(stdout).toContain(words)
})
