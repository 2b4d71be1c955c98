import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ManualClock, systemClock } from '../src/base/clock.ts'
import { seededRandom } from '../src/base/random.ts'
import { createTarget, type Target } from '../src/cosmos/target.ts'
import type { DocumentStore } from '../src/domain/document-store.ts'
import type { FinishedRun, ReadEvent } from '../src/domain/journey.ts'
import type { Arm, CarryFault, HopDeclaration, Scenario } from '../src/domain/scenario.ts'
import { DirectStore } from '../src/explore/direct-store.ts'
import { createRunner } from '../src/run/run-scenario.ts'
import { SimulatedAccount } from '../src/simulator/account.ts'
import { type Simulator, startSimulator } from '../src/simulator/start.ts'

const regions = ['West Europe', 'North Europe']
const canary: Arm = { name: 'canary', share: 1, token: 'unsatisfiable' }
const propagated: Arm = { name: 'propagated', share: 1, token: 'carried' }
const loss: CarryFault = { token: 'lost', share: 1, writesBack: 1 }

const hop = (name: string, region: string): HopDeclaration => ({
  name,
  region,
  client: 'own',
  retries: 'sdk',
  consistency: 'Session',
})

/** Two hops; the second loses what is carried to it, or does not. */
const scenario = (faults: readonly CarryFault[]): Scenario => ({
  name: 'canary',
  about: '',
  target: 'default',
  schedule: { kind: 'every', periodMs: 1000, jitterMs: 0 },
  deadlineMs: 5000,
  container: { database: 'd', container: 'c' },
  partitionKey: ['/pk'],
  document: 'reused',
  partitions: 4,
  ttlSeconds: 3600,
  visibilityWithinMs: 0,
  hops: [hop('writer', regions[0]!), hop('reader', regions[1]!)],
  journey: [
    { kind: 'write', write: 'upsert', at: 'writer' },
    { kind: 'carry', carrier: 'header', from: 'writer', to: 'reader', faults },
    { kind: 'read', read: 'point', at: 'reader' },
  ],
  arms: [propagated, canary],
  objectives: { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined },
  budget: undefined,
})

const readOf = ({ events }: FinishedRun) => events.find((event): event is ReadEvent => event.kind === 'read')!

const runnerFor = (
  declared: Scenario,
  seed: string,
  clock: ManualClock | typeof systemClock,
  openStore: (hopName: string) => DocumentStore,
) => createRunner({ scenario: declared, openStore, clock, random: seededRandom(seed), owner: seed, ttlIsOn: true })

describe('directly, without any replication lag', () => {
  function world(declared: Scenario, seed: string) {
    const clock = new ManualClock()
    const none = { fixedMs: 0 }
    const layout = { regions, replication: none, replicaLag: none, sessionWaitMs: 0, journal: 'off' as const }
    const account = new SimulatedAccount(layout, seededRandom(seed))
    const { database, container } = declared.container
    account.execute({ kind: 'createDatabase', id: database }, { region: regions[0]!, nowMs: 0 })
    const definition = { id: container, partitionKey: { paths: declared.partitionKey }, defaultTtl: -1 }
    account.execute({ kind: 'createContainer', database, definition }, { region: regions[0]!, nowMs: 0 })
    const runner = runnerFor(declared, seed, clock, (name) => {
      const found = declared.hops.find((each) => each.name === name)!
      return new DirectStore({ account, clock, hop: found, scenario: declared })
    })
    return async (arm: Arm, run: number): Promise<FinishedRun> => {
      let finished: FinishedRun | undefined
      void Promise.resolve(runner.run({ arm, partition: run % 4, armRun: run }, 0)).then((result) => {
        finished = result
      })
      for (;;) {
        if (finished) return finished
        await clock.advance(1)
      }
    }
  }

  test('a lossy hop is found by its first canary, 1,000 times of 1,000; nothing was stale', async () => {
    const found = { lost: 0, stale: 0 }
    for (let probe = 0; probe < 1000; probe++) {
      const run = await world(scenario([loss]), `lossy-${probe}`)(canary, 0)
      if (run.finding === 'canary-lost' && run.result === 'found') found.lost++
      if (readOf(run).judgement.verdict !== 'fresh') found.stale++
    }
    expect(found).toEqual({ lost: 1000, stale: 0 })
  }, 60_000)

  test('a hop that keeps its token raises no alarm, and no canary outlives its run', async () => {
    const run = world(scenario([]), 'sound')
    for (let probe = 0; probe < 1000; probe++) {
      const probed = await run(canary, probe)
      expect([probed.finding, probed.result, readOf(probed).canary]).toEqual([undefined, 'kept', 'answered'])
      const after = await run(propagated, probe)
      expect([after.finding, readOf(after).token]).toEqual(['kept', 'intact'])
    }
  }, 60_000)

  test('one that a fault damaged is missed where it arrived, and where it was carried on to', async () => {
    const declared = scenario([{ token: 'truncated', share: 1, writesBack: 1, limitBytes: 2 }])
    const onward: Scenario['journey'] = [
      { kind: 'carry', carrier: 'header', from: 'reader', to: 'third', faults: [] },
      { kind: 'read', read: 'point', at: 'third' },
    ]
    const journey = [...declared.journey, ...onward]
    const hops = [...declared.hops, hop('third', regions[1]!)]
    const run = await world({ ...declared, hops, journey }, 'damaged')(canary, 0)
    expect(run.events.flatMap((event) => (event.kind === 'read' ? [event.canary] : []))).toEqual(['lost', 'lost'])
  })
})

describe('through the real SDK, over HTTP', () => {
  let simulator: Simulator
  let target: Target

  beforeAll(async () => {
    const none = { fixedMs: 0 }
    simulator = await startSimulator({ seed: 3, regions, replication: none, replicaLag: none, sessionWaitMs: 0 })
    target = createTarget({ name: 'default', endpoint: simulator.endpoint, key: simulator.key }, { clock: systemClock })
    await target.ensureContainer({ database: 'd', container: 'c', partitionKey: ['/pk'] }, { provision: true })
  })
  afterAll(async () => {
    await target.close()
    await simulator.close()
  })

  const runs = (declared: Scenario, seed: string) =>
    runnerFor(declared, seed, systemClock, (name) =>
      target.openStore(declared.hops.find((each) => each.name === name)!, declared),
    )

  test('a lossy hop is found each time, a sound one never', async () => {
    const lossy = runs({ ...scenario([loss]), name: 'lossy' }, 'lossy')
    const sound = runs({ ...scenario([]), name: 'sound' }, 'sound')
    for (let probe = 0; probe < 20; probe++) {
      const plan = { arm: canary, partition: probe % 4, armRun: probe }
      const lost = await lossy.run(plan, 0)
      expect([lost.finding, readOf(lost).canary]).toEqual(['canary-lost', 'lost'])
      const kept = await sound.run(plan, 0)
      expect([kept.finding, kept.result, readOf(kept).canary]).toEqual([undefined, 'kept', 'answered'])
      // The next run of the same clients knows nothing of the canary.
      const after = await sound.run({ ...plan, arm: propagated }, 0)
      expect([after.finding, readOf(after).observation.attempts.length]).toEqual(['kept', 1])
    }
  }, 60_000)
})
