import { CosmosClient } from '@azure/cosmos'
import { expect, onTestFinished, test } from 'vitest'
import { writeScenario } from './files.ts'
import { makeFolder, runHopwatch } from './process.ts'
import { accountEnvironment, startSimulate } from './simulator.ts'

test.each([
  { document: 'reused', ttl: 'off', left: 0 },
  { document: 'fresh', ttl: 'off', left: 0 },
  // With a TTL they expire by themselves, which shows that this test would see a document that stays.
  { document: 'fresh', ttl: 'on', left: 6 },
])('documents $document, TTL $ttl: after 6 runs $left are left', async ({ document, ttl, left }) => {
  const { endpoint, key } = await startSimulate()
  const client = new CosmosClient({ endpoint, key, consistencyLevel: 'Session' })
  onTestFinished(() => client.dispose())
  const { database } = await client.databases.create({ id: 'e2e' })
  const { container } = await database.containers.create({
    id: 'journey',
    partitionKey: '/pk',
    ...(ttl === 'on' && { defaultTtl: -1 }),
  })
  const cwd = await makeFolder()
  await writeScenario(cwd, 'journey', { document })
  const { code, stdout } = await runHopwatch(['check', '--runs', '6'], {
    cwd,
    env: accountEnvironment({ endpoint, key }),
  })
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('pass  journey') as string })
  const { resources } = await container.items.query('SELECT c.id FROM c').fetchAll()
  expect(resources).toHaveLength(left)
})
