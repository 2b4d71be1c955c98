import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isOnShard } from '../../src/schedule/shard.ts'
import { scenarioText } from './files.ts'
import { makeFolder, runHopwatch } from './process.ts'
import { getJson, metricsWhere, readMetrics, select, startServe, sum } from './service.ts'
import { accountEnvironment, startSimulate } from './simulator.ts'

const namesOn = async (address: string): Promise<string[]> =>
  (await getJson<{ scenarios: { name: string }[] }>(address, '/api/v1/scenarios')).scenarios.map(({ name }) => name)

test('three shards run a hundred scenarios, each on exactly one; a fourth takes about a quarter and moves nothing else', async () => {
  const folder = await makeFolder()
  await mkdir(join(folder, 'scenarios'))
  const all = Array.from({ length: 100 }, (_, index) => `journey-${String(index).padStart(3, '0')}`)
  for (const name of all)
    await writeFile(
      join(folder, 'scenarios', `${name}.yaml`),
      scenarioText(name, { every: '10m', container: 'e2e/shared' }),
    )
  const env = accountEnvironment(await startSimulate())
  const shards = await Promise.all(
    [0, 1, 2].map((index) => startServe(['--provision', '--shard', `${index}/3`], { cwd: folder, env })),
  )
  const three = await Promise.all(shards.map(({ address }) => namesOn(address)))
  expect(three.flat().toSorted()).toEqual(all)
  for (const [index, { address, process }] of shards.entries()) {
    expect(three[index]!.length).toBeGreaterThan(15)
    expect(process.printed.stderr).toContain(
      `Shard ${index}/3: ${100 - three[index]!.length} journeys more on the others.`,
    )
    const series = await readMetrics(address)
    expect(sum(series, 'hopwatch_shard_info', { shard: String(index), shards: '3' })).toBe(1)
    const counted = new Set(select(series, 'hopwatch_runs_total').flatMap(({ labels }) => labels.scenario ?? []))
    expect([...counted].toSorted()).toEqual(three[index]!.toSorted())
  }

  const { code, stdout } = await runHopwatch(['validate', '--shard', '3/4'], { cwd: folder })
  const moved = new Set(stdout.split('\n').flatMap((line) => /^ {2}(\S+)$/.exec(line)?.[1] ?? []))
  expect([code, moved.size > 12, moved.size < 40]).toEqual([0, true, true])
  for (const index of [0, 1, 2])
    expect(all.filter((name) => isOnShard(name, { index, count: 4 }))).toEqual(
      three[index]!.filter((name) => !moved.has(name)),
    )
})

test('two that run the same scenario in one container keep their documents apart', async () => {
  const folder = await makeFolder()
  await mkdir(join(folder, 'scenarios'))
  await writeFile(join(folder, 'scenarios', 'same.yaml'), scenarioText('same', { every: '50ms', partitions: '2' }))
  const env = accountEnvironment(await startSimulate())
  const both = await Promise.all([1, 2].map(() => startServe(['--provision'], { cwd: folder, env })))
  for (const { address } of both) {
    const series = await metricsWhere(address, 'reads', (now) => sum(now, 'hopwatch_reads_total') >= 60)
    expect(sum(series, 'hopwatch_reads_total', { verdict: 'fresh' })).toBe(sum(series, 'hopwatch_reads_total'))
    expect(sum(series, 'hopwatch_writes_total', { outcome: 'succeeded' })).toBeGreaterThanOrEqual(60)
  }
})
