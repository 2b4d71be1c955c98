import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { seededRandom } from '../../base/random.ts'
import type { Arm, Scenario } from '../../domain/scenario.ts'
import { createRunner } from '../run-scenario.ts'
import type { StepOf } from './step.ts'

const arm: Arm = { name: 'propagated', share: 1, token: 'carried' }
const step = (method: 'GET' | 'PUT' | 'DELETE'): StepOf<'request'> => ({
  kind: 'request',
  does: method === 'GET' ? 'read' : 'write',
  at: 'portal',
  request: { method, path: '/', headers: {}, body: undefined, expect: [], token: undefined },
  version: { pointer: '/version' },
  missing: 404,
})

test('a service that shows nothing is not accused where an earlier run deleted what was seen', async () => {
  // The second run's write is in doubt; then an old copy answers, then one that has seen the first run's delete.
  const answers = [200, { version: 1 }, 204, 503, { version: 1 }, 404, 204]
  const server = createServer((_, response) => {
    const next = answers.shift()
    response.statusCode = typeof next === 'number' ? next : 200
    response.end(typeof next === 'object' ? JSON.stringify(next) : undefined)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const scenario: Scenario = {
    name: 'portal',
    about: '',
    target: 'default',
    schedule: { kind: 'every', periodMs: 1000, jitterMs: 0 },
    deadlineMs: 20_000,
    container: { database: 'd', container: 'c' },
    partitionKey: ['/pk'],
    document: 'reused',
    partitions: 1,
    ttlSeconds: 3600,
    visibilityWithinMs: 0,
    hops: [
      {
        name: 'portal',
        region: undefined,
        client: 'own',
        retries: 'none',
        consistency: 'Session',
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      },
    ],
    journey: [],
    arms: [arm],
    objectives: { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined },
    budget: undefined,
  }
  const first = [step('PUT'), step('GET'), step('DELETE')]
  const second = [step('PUT'), step('GET'), step('GET'), step('DELETE')]
  const journey = [...first]
  const runner = createRunner({
    scenario: { ...scenario, journey },
    openStore: () => {
      throw new Error('an endpoint has no store')
    },
    clock: systemClock,
    random: seededRandom('portal'),
    owner: 'me',
    ttlIsOn: true,
  })
  await runner.run({ arm, partition: 0, armRun: 0 }, 0)
  journey.splice(0, journey.length, ...second)
  const run = await runner.run({ arm, partition: 0, armRun: 1 }, 0)
  const reads = run.events.flatMap((event) => (event.kind === 'read' ? [event.judgement] : []))
  expect(reads).toEqual([
    { verdict: 'undetermined', detail: 'indeterminate-write' },
    { verdict: 'undetermined', detail: 'before-this-run' },
  ])
})
