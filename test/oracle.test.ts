import { expect, test } from 'vitest'
import { carrierKinds, faultKinds } from '../src/domain/scenario.ts'
import { count } from '../src/explore/coverage.ts'
import { exploreWorld, type SeededDisagreement } from '../src/explore/explore.ts'

/**
 * The gate walks the same worlds each time, because about one fresh run in some 100,000 still disagrees (docs/mutation-testing.md, "Open
 * disagreements"). EXPLORE_SEED=anything walks others; `hopwatch explore` draws a new seed each time.
 */
const seed = process.env.EXPLORE_SEED ?? 'gate'
const worlds = 200
const runsPerWorld = 50

test(`every judgement of ${worlds * runsPerWorld} runs with random faults agrees with the journal (EXPLORE_SEED=${seed})`, async () => {
  const covered = new Map<string, number>()
  const disagreements: SeededDisagreement[] = []
  for (let world = 0; world < worlds; world++) {
    const exploration = await exploreWorld(`${seed}/${world}`, runsPerWorld, ({ run }) => count(covered, run))
    disagreements.push(...exploration.disagreements)
  }
  expect(disagreements.map(({ seed, step, what, judged, truth }) => ({ seed, step, what, judged, truth }))).toEqual([])
  // Agreement about nothing would prove nothing: every judgement must have occurred.
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
