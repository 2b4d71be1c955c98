import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/base/clock.ts'
import { seededRandom } from '../src/base/random.ts'
import { createTarget, type Target } from '../src/cosmos/target.ts'
import type { FinishedRun, JourneyEvent } from '../src/domain/journey.ts'
import type { Arm, Scenario, Step } from '../src/domain/scenario.ts'
import { createRunner } from '../src/run/run-scenario.ts'
import { type Simulator, startSimulator } from '../src/simulator/start.ts'

const [west, north] = ['West Europe', 'North Europe'] as const
const lagMs = 400

const propagated: Arm = { name: 'propagated', share: 1, token: 'carried' }
const control: Arm = { name: 'control', share: 0, token: 'lost' }

const scenario = (journey: readonly Step[]): Scenario => ({
  name: 'steps',
  about: '',
  target: 'default',
  schedule: { kind: 'every', periodMs: 1000, jitterMs: 0 },
  deadlineMs: 20_000,
  container: { database: 'd', container: 'c' },
  partitionKey: ['/pk'],
  document: 'fresh',
  partitions: 1,
  ttlSeconds: 3600,
  visibilityWithinMs: 0,
  hops: [
    { name: 'phone', region: west, client: 'own', retries: 'sdk', consistency: 'Session' },
    { name: 'desk', region: north, client: 'own', retries: 'sdk', consistency: 'Session' },
    { name: 'probe', region: north, client: 'own', retries: 'none', consistency: 'Session' },
  ],
  journey,
  arms: [propagated, control],
  objectives: { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined },
  budget: undefined,
})

const write = (kind: 'create' | 'upsert' | 'patch' | 'delete' | 'batch' = 'upsert', at = 'phone'): Step => ({
  kind: 'write',
  write: kind,
  at,
})
const read = (kind: 'point' | 'batch-of-points' | 'changeFeed' = 'point', at = 'desk'): Step => ({
  kind: 'read',
  read: kind,
  at,
})
const carry = (to: string, from = 'phone', carrier: 'header' | 'device' = 'header'): Step => ({
  kind: 'carry',
  carrier,
  from,
  to,
  faults: [],
})
const poll = (withinMs: number): Step => ({ kind: 'poll', read: 'query', at: 'desk', everyMs: 40, withinMs })

const ofKind = <Kind extends JourneyEvent['kind']>(run: FinishedRun, kind: Kind) =>
  run.events.filter((event): event is Extract<JourneyEvent, { kind: Kind }> => event.kind === kind)

/** Through the real SDK: the north lags behind the west, where every write goes, by 400 ms. */
describe('steps', () => {
  let simulator: Simulator
  let target: Target
  let runs = 0

  beforeAll(async () => {
    simulator = await startSimulator({
      seed: 5,
      regions: [west, north],
      replication: { fixedMs: lagMs },
      replicaLag: { fixedMs: 0 },
      sessionWaitMs: 5,
    })
    target = createTarget({ name: 'default', endpoint: simulator.endpoint, key: simulator.key }, { clock: systemClock })
    await target.ensureContainer({ database: 'd', container: 'c', partitionKey: ['/pk'] }, { provision: true })
  })
  afterAll(async () => {
    await target.close()
    await simulator.close()
  })

  async function walk(journey: readonly Step[], arm = propagated): Promise<FinishedRun> {
    const declared = { ...scenario(journey), name: `steps-${runs++}` }
    const runner = createRunner({
      scenario: declared,
      openStore: (name) => target.openStore(declared.hops.find((hop) => hop.name === name)!, declared),
      clock: systemClock,
      random: seededRandom(declared.name),
      owner: 'tester',
      ttlIsOn: true,
    })
    const run = await runner.run({ arm, partition: 0, armRun: 0 }, 0)
    expect(run.problem).toBeUndefined()
    return run
  }

  test('a poll asks until the write shows, and costs what all its tries cost', async () => {
    const run = await walk([write(), carry('desk'), poll(5000)], control)
    const [polled] = ofKind(run, 'poll')
    expect(polled).toMatchObject({ outcome: 'shown', finding: undefined, claimedVersion: 1 })
    expect(polled!.shownAfterMs).toBeGreaterThan(lagMs / 4)
    expect(polled!.observations.length).toBeGreaterThan(1)
    expect(polled!.requestUnits).toBeGreaterThan(polled!.observations.length)
    expect(ofKind(run, 'read')).toEqual([])
    expect(run.result).toBe('kept')
  })

  test('a poll whose write never shows within its bound is a finding', async () => {
    const run = await walk([write(), carry('desk'), poll(60)], control)
    expect(ofKind(run, 'poll')[0]).toMatchObject({ outcome: 'not-shown', shownAfterMs: undefined })
    expect(run).toMatchObject({ finding: 'never-shown', result: 'found' })
  })

  test('a workaround polls in place of each read, without the token', async () => {
    const instead = { kind: 'poll', read: 'cross-partition-query', everyMs: 40, withinMs: 5000 } as const
    const run = await walk([write(), carry('desk'), read()], { ...control, name: 'workaround', instead })
    expect(ofKind(run, 'read')).toEqual([])
    expect(ofKind(run, 'poll')[0]).toMatchObject({ operation: 'cross-partition-query', outcome: 'shown' })
    expect(ofKind(run, 'carry')[0]).toMatchObject({ token: 'lost' })
  })

  test('a hop that reconnects has lost its tokens, but for what the device kept', async () => {
    const reconnect: Step = { kind: 'reconnect', at: 'phone' }
    const lost = await walk([write(), reconnect, read('point', 'phone')])
    expect(ofKind(lost, 'reconnect')[0]).toMatchObject({ keptBytes: 0 })
    expect(ofKind(lost, 'read')[0]).toMatchObject({ token: 'lost', finding: 'token-loss-latent' })
    const kept = await walk([write(), carry('phone', 'phone', 'device'), reconnect, read('point', 'phone')])
    expect(ofKind(kept, 'reconnect')[0]!.keptBytes).toBeGreaterThan(0)
    expect(ofKind(kept, 'read')[0]).toMatchObject({ token: 'intact', finding: 'kept' })
  })

  test('what was written offline is uploaded in order', async () => {
    const run = await walk([
      { kind: 'offline', at: 'phone', sweepMs: [50], writes: ['create', 'upsert', 'patch'] },
      read('point', 'phone'),
    ])
    expect(ofKind(run, 'offline')[0]).toMatchObject({ offlineMs: 50, bufferedWrites: 3 })
    expect(ofKind(run, 'write').map(({ observation, version }) => [observation.operation, version])).toEqual([
      ['create', 1],
      ['upsert', 2],
      ['patch', 3],
    ])
    expect(ofKind(run, 'read')[0]).toMatchObject({ judgement: { verdict: 'fresh' }, returnedVersion: 3 })
  })

  test('an upload ends where a write is refused', async () => {
    const run = await walk([
      { kind: 'offline', at: 'phone', sweepMs: [0], writes: ['create', 'create', 'upsert'] },
      read('point', 'phone'),
    ])
    expect(ofKind(run, 'write').map(({ outcome }) => outcome)).toEqual(['succeeded', 'refused'])
  })

  test('a write whose answer is lost happened, is indeterminate, and claims nothing', async () => {
    const run = await walk([
      { kind: 'write', write: 'upsert', at: 'phone', losesResponse: true },
      read('point', 'phone'),
    ])
    const [written] = ofKind(run, 'write')
    expect(written).toMatchObject({ outcome: 'indeterminate', observation: { status: undefined } })
    expect(written!.observation.attempts.at(-1)).toMatchObject({ failure: 'connection', received: undefined })
    expect(written!.requestUnits).toBeGreaterThan(0)
    expect(ofKind(run, 'read')[0]).toMatchObject({ judgement: { verdict: 'undetermined' }, returnedVersion: 1 })
  })

  test('branches go on at the same time, and their tokens come together', async () => {
    const run = await walk([
      write(),
      {
        kind: 'parallel',
        branches: [
          [{ kind: 'wait', sweepMs: [300] }, write('patch')],
          [carry('probe'), { kind: 'wait', sweepMs: [300] }, read('point', 'probe')],
        ],
      },
      carry('desk'),
      carry('desk', 'probe'),
      { kind: 'wait', sweepMs: [lagMs] },
      read(),
    ])
    expect(ofKind(run, 'parallel')).toEqual([{ kind: 'parallel', branches: 2 }])
    const [beside, after] = ofKind(run, 'read')
    // The patch was under way beside it: nothing more than the first version was promised.
    expect(beside).toMatchObject({ claimedVersion: 1 })
    expect(after).toMatchObject({ claimedVersion: 2, token: 'intact' })
  })

  test('a reader who was not told of a delete cannot be called wrong for not finding the document', async () => {
    const run = await walk([write(), carry('desk'), write('delete'), { kind: 'wait', sweepMs: [2 * lagMs] }, read()])
    expect(ofKind(run, 'read')[0]).toMatchObject({ claimedVersion: 1, judgement: { verdict: 'undetermined' } })
  })

  test('a batch writes, a batch reads, and a change feed shows what this run changed', async () => {
    const begin = [write('batch'), carry('probe')]
    const reads = [read('batch-of-points', 'probe'), read('changeFeed', 'probe')] as const
    // A batch goes to the write region, and so sees the write; a feed is read nearby, where nothing is new yet.
    const [batched] = ofKind(await walk([...begin, reads[0]], control), 'read')
    expect(batched).toMatchObject({ judgement: { verdict: 'fresh' }, returnedVersion: 1, token: 'lost' })
    const [fed] = ofKind(await walk([...begin, reads[1]], control), 'read')
    expect(fed).toMatchObject({ judgement: { verdict: 'missing' }, observation: { status: 304 } })
    const late = await walk([...begin, { kind: 'wait', sweepMs: [2 * lagMs] }, ...reads])
    expect(ofKind(late, 'read')).toHaveLength(2)
    for (const seen of ofKind(late, 'read'))
      expect(seen).toMatchObject({ judgement: { verdict: 'fresh' }, returnedVersion: 1, token: 'intact' })
  })

  test('a feed or a batch whose session cannot be served has failed for that reason', async () => {
    const [fed] = ofKind(await walk([write(), carry('probe'), read('changeFeed', 'probe')]), 'read')
    expect(fed).toMatchObject({ judgement: { verdict: 'failed', reason: 'session-unavailable' }, token: 'intact' })
  })
})
