import { integerBelow, pick, type Random } from '../base/random.ts'
import { type HopDeclaration, readKinds, type Scenario, type Step, writeKinds } from '../domain/scenario.ts'
import { randomCarry } from './random-carry.ts'
import { otherSteps, randomArms } from './random-steps.ts'

/** Most worlds are cheap, so that many are seen; what only a long history brings about, the others come upon. */
export interface Pace {
  readonly isLong: boolean
  readonly writesOften: boolean
  /** The document comes and goes. */
  readonly deletesOften: boolean
}

const chance = (random: Random, share: number) => random.next() < share

/** Any journey that the scenario file could declare: some sensible, most of them not. */
export function randomScenario(random: Random, regions: readonly string[], pace: Pace): Scenario {
  const hops = Array.from({ length: 2 + integerBelow(random, 3) }, (_, index) => randomHop(random, index, regions))
  const document = chance(random, 0.7) ? 'reused' : 'fresh'
  const kinds = pace.deletesOften ? (['upsert', 'delete'] as const) : writeKinds
  const writes = kinds.filter((kind) => kind !== 'create' || document === 'fresh')
  return {
    name: 'explored',
    about: '',
    target: 'default',
    schedule: { kind: 'every', periodMs: 1000, jitterMs: 0 },
    deadlineMs: chance(random, 0.05) ? 300 : 120_000,
    container: { database: 'explore', container: 'documents' },
    partitionKey: ['/pk'],
    document,
    partitions: 1 + integerBelow(random, 6),
    ttlSeconds: 3600,
    visibilityWithinMs: chance(random, 0.1) ? 200 : 0,
    hops,
    journey: randomJourney(random, hops, writes, pace),
    arms: randomArms(random),
    objectives: { staleReads: 0, tokenLoss: 0, p95Ms: undefined, retriesPerRead: undefined },
    budget: undefined,
  }
}

function randomHop(random: Random, index: number, regions: readonly string[]): HopDeclaration {
  return {
    name: `hop-${index}`,
    region: chance(random, 0.1) ? undefined : pick(random, regions),
    client: pick(random, ['own', 'own', 'per-operation']),
    retries: pick(random, ['sdk', 'sdk', 'none']),
    consistency: pick(random, ['Session', 'Session', 'Session', 'Eventual', 'ConsistentPrefix']),
  }
}

function randomJourney(
  random: Random,
  hops: readonly HopDeclaration[],
  writes: readonly (typeof writeKinds)[number][],
  { isLong, writesOften, deletesOften }: Pace,
): Step[] {
  const at = () => pick(random, hops).name
  const later = writes.filter((kind) => kind !== 'create')
  const carry = (from: string, to: string) => randomCarry(random, from, to)
  const first = at()
  const steps: Step[] = [{ kind: 'write', write: pick(random, writes), at: first }]
  let here = first
  // What comes and goes is worth a look from hops that were not told of it.
  const staysShare = deletesOften ? 0.4 : 0.8
  const length = isLong ? 3 + integerBelow(random, 7) : 1 + integerBelow(random, 2)
  for (let step = 0; step < length; step++) {
    const roll = random.next()
    if (roll < (writesOften ? 0.5 : isLong ? 0.25 : 0.1)) {
      here = chance(random, staysShare) ? here : at()
      steps.push({
        kind: 'write',
        write: pick(random, later),
        at: here,
      })
    } else if (roll < 0.55) {
      const to = pick(
        random,
        hops.map(({ name }) => name).filter((name) => name !== here),
      )
      steps.push(carry(here, to))
      here = to
      steps.push({ kind: 'read', read: pick(random, readKinds), at: here })
    } else if (roll < 0.85) {
      steps.push({ kind: 'read', read: pick(random, readKinds), at: chance(random, staysShare) ? here : at() })
    } else {
      steps.push(...otherSteps(random, { hops, here, writes: later, carry }))
    }
  }
  return steps
}
