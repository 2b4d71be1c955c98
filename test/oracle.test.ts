import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { carrierKinds, faultKinds } from '../src/domain/scenario.ts'
import { count } from '../src/explore/coverage.ts'
import { exploreWorld, type SeededDisagreement } from '../src/explore/explore.ts'

/** Other worlds each time, so that the gate goes on looking. EXPLORE_SEED=… walks those of an earlier time. */
const freshSeed = process.env.EXPLORE_SEED ?? String(randomBytes(4).readUInt32BE())
const worlds = 100
const runsPerWorld = 50

/** What disagrees in the worlds of a seed, and how often each judgement occurred. */
async function explore(seed: string) {
  const covered = new Map<string, number>()
  const disagreements: SeededDisagreement[] = []
  for (let world = 0; world < worlds; world++) {
    const exploration = await exploreWorld(`${seed}/${world}`, runsPerWorld, ({ run }) => count(covered, run))
    disagreements.push(...exploration.disagreements)
  }
  return {
    covered,
    told: disagreements.map(({ seed, step, what, judged, truth }) => ({ seed, step, what, judged, truth })),
  }
}

test(`every judgement of ${worlds * runsPerWorld} fresh runs agrees with the journal (EXPLORE_SEED=${freshSeed})`, async () => {
  expect((await explore(freshSeed)).told).toEqual([])
}, 180_000)

test('every judgement occurs in the worlds that are walked each time, and agrees with the journal', async () => {
  const { covered, told } = await explore('gate')
  expect(told).toEqual([])
  // Agreement about nothing would prove nothing.
  for (const what of [
    'verdict fresh',
    'verdict stale',
    'verdict missing',
    'verdict undetermined',
    'verdict failed',
    'verdict unordered',
    'token intact',
    'token lost',
    'token behind',
    'token foreign',
    'token malformed',
    'token dropped',
    'token unclaimed',
    'write indeterminate',
    'write refused',
    'finding silent-downgrade-seen',
    'finding token-loss-latent',
    'finding never-shown',
    'canary answered',
    'canary lost',
    'poll shown',
    'poll not-shown',
    'step parallel',
    'step reconnect',
    'step offline',
    'read-your-writes',
    'monotonic-reads',
    ...carrierKinds.map((carrier) => `carry ${carrier} ${carrier === 'none' ? 'lost' : 'intact'}`),
    ...faultKinds.map((fault) => `carried ${fault}`),
    'carried as sent',
    'carried withheld',
    'carried over-limit',
    'carried kept-older',
  ]) {
    expect([what, covered.get(what) ?? 0]).not.toEqual([what, 0])
  }
}, 180_000)
