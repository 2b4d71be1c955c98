import { pick, type Random } from '../base/random.ts'
import type { SimulatorOptions } from '../simulator/options.ts'
import type { ClientHabits, LookUp } from './client-habits.ts'
import type { Pace } from './random-scenario.ts'
import { regions, type Season } from './weather.ts'

/** What kind of world it is, beyond its layout and its scenario. Most are plain. */
export interface Traits {
  readonly habits: ClientHabits
  /** Of what the account is asked, the share before which something changes. */
  readonly unrest: number
  /** What changes then. */
  readonly season: Season
  /** Writes get stuck on their way, and some land later. */
  readonly writesLandLate: boolean
  readonly pace: Pace
  /** Whether somebody else's document is what a read comes upon, now and then. */
  readonly isStrangers: () => boolean
  readonly ttlIsOn: boolean
}

export function randomTraits(random: Random): Traits {
  const isOneIn = (worlds: number) => random.next() * worlds < 1
  const chance = random.fork('habits')
  const lookUps: readonly LookUp[] = isOneIn(10) ? ['nothing', 'nothing', 'metadata', 'unreachable'] : ['nothing']
  const unrest = isOneIn(7) ? 0.1 : 0
  const season = pick<Season>(random, ['anything', 'anything', 'splits', 'losses'])
  const othersShare = unrest > 0 && (season === 'losses' || isOneIn(2)) ? 0.3 : 0
  const writesLandLate = isOneIn(15)
  const deletesOften = isOneIn(writesLandLate ? 3 : 30)
  const strangers = random.fork('stranger')
  const strangersShare = isOneIn(20) ? 0.2 : 0
  return {
    habits: {
      issuesTokens: !isOneIn(20),
      tellsAncestry: unrest === 0 || !isOneIn(3),
      asksByRange: isOneIn(4),
      sendsEmptyTokens: isOneIn(10),
      servesAnother: () => othersShare > 0 && chance.next() < othersShare,
      looksUp: () => (lookUps.length === 1 ? 'nothing' : pick(chance, lookUps)),
    },
    unrest,
    season,
    writesLandLate,
    // What a change or a late write brings about shows to those who go on for long.
    pace: {
      isLong: writesLandLate || deletesOften || isOneIn(unrest > 0 ? 2 : 15),
      writesOften: writesLandLate || deletesOften,
      deletesOften,
    },
    isStrangers: () => strangersShare > 0 && strangers.next() < strangersShare,
    ttlIsOn: !isOneIn(8),
  }
}

/** At a weaker level than Session nothing but refusals comes of a hop that asks for Session. */
const accountLevels = [
  ...Array.from({ length: 7 }, () => 'Session' as const),
  'ConsistentPrefix',
  'BoundedStaleness',
  'BoundedStaleness',
] as const

export function randomLayout(random: Random): SimulatorOptions {
  const delay = () => pick(random, [{ fixedMs: 0 }, { medianMs: 30, sigma: 0.5 }, { fixedMs: 400 }, { fixedMs: 3000 }])
  return {
    regions,
    multipleWriteLocations: random.next() < 0.25,
    consistency: pick(random, accountLevels),
    partitionKeyRanges: pick(random, [1, 2, 4]),
    replication: delay(),
    replicationBetween: [{ from: regions[0], to: regions[1], delay: delay() }],
    replicaLag: pick(random, [{ fixedMs: 0 }, { medianMs: 5, sigma: 0.5 }, { fixedMs: 300 }]),
    sessionWaitMs: pick(random, [0, 0, 50, 500]),
    throughput: pick(random, [100_000, 100_000, 400]),
    journal: 'off',
  }
}
