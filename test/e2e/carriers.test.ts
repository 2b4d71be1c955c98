import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { runCheck } from '../../src/compose/check.ts'
import type { CarryEvent, FinishedRun, ReadEvent } from '../../src/domain/journey.ts'
import { carrierKinds } from '../../src/domain/scenario.ts'
import { parseScenario } from '../../src/scenario/parse-scenario.ts'
import { makeFolder } from './process.ts'

/** The reader's client is new each time, so that on the wire is what the carrier brought, and nothing that the SDK remembers. */
const textOf = (name: string, carry: string) => `scenario: ${name}
every: 1s
container: shop/orders
partitionKey: /customerId
partitions: 8
hops:
  cart: { region: West Europe }
  orders: { region: North Europe, client: per-operation }
journey:
  - { write: upsert, at: cart }
  - { ${carry}, to: orders }
  - { read: point, at: orders }
arms: { propagated: {}, control: { share: 25%, token: lost } }
`

/** Each through the real SDK and over HTTP, by the name of the scenario. */
const carries: Record<string, string> = {
  ...Object.fromEntries(carrierKinds.map((kind) => [`by-${kind}`, `carry: ${kind}`])),
  'too-long': 'carry: header, limit: 8B',
  lost: 'carry: header, faults: [{ token: lost }]',
  truncated: 'carry: header, faults: [{ token: truncated, limit: 2B }]',
  shortened: 'carry: header, faults: [{ token: truncated, limit: 5B }]',
  older: 'carry: header, faults: [{ token: older }]',
  swapped: 'carry: header, faults: [{ token: swapped }]',
  corrupted: 'carry: header, faults: [{ token: corrupted }]',
  duplicated: 'carry: header, faults: [{ token: duplicated }]',
  reordered: 'carry: message, reordering: 100%',
  'each-fifth': 'carry: header, faults: [{ token: lost, schedule: { every: 5 runs } }]',
  'from-the-start': 'carry: header, faults: [{ token: lost, schedule: { after: 0, for: 1h } }]',
  'much-later': 'carry: header, faults: [{ token: lost, schedule: { after: 1h } }]',
}

const runsEach = 40

describe('carriers and faults, over HTTP', () => {
  const runs: FinishedRun[] = []
  let dataDir = ''

  beforeAll(async () => {
    dataDir = await makeFolder(afterAll)
    await runCheck({
      scenarios: Object.entries(carries).map(([name, carry]) => {
        const { scenario, problems } = parseScenario(textOf(name, carry), { file: name, env: {} })
        expect(problems).toBeUndefined()
        return scenario!
      }),
      targets: [],
      simulator: { seed: 1, replication: { fixedMs: 0 }, replicaLag: { fixedMs: 0 } },
      carriers: { stores: new Map(), dataDir },
      runs: runsEach,
      forMs: undefined,
      provision: true,
      owner: 'carriers',
      clock: systemClock,
      random: seededRandom(1),
      signal: new AbortController().signal,
      onRun: (run) => runs.push(run),
      onSimulatorError(error) {
        throw error
      },
    })
  }, 120_000)

  const of = (name: string, arm = 'propagated') =>
    runs
      .filter((run) => run.scenario === name && run.arm === arm)
      .map(({ events }) => ({
        carry: events.find((event): event is CarryEvent => event.kind === 'carry')!,
        read: events.find((event): event is ReadEvent => event.kind === 'read')!,
      }))
  const tally = (values: readonly unknown[]) =>
    Object.fromEntries([...Map.groupBy(values, String)].map(([value, all]) => [value, all.length]))

  test('no run was abandoned or crashed', () => {
    expect(tally(runs.map(({ result }) => result))).not.toHaveProperty('abandoned')
    expect(tally(runs.map(({ result }) => result))).not.toHaveProperty('crashed')
    expect(runs).toHaveLength(Object.keys(carries).length * runsEach)
  })

  test.each(carrierKinds.filter((kind) => kind !== 'none'))('by %s the token arrives, and is on the wire', (kind) => {
    expect(tally(of(`by-${kind}`).map(({ carry }) => carry.token))).toEqual({ intact: 30 })
    expect(tally(of(`by-${kind}`).map(({ read }) => read.token))).toEqual({ intact: 30 })
    expect(tally(of(`by-${kind}`, 'control').map(({ carry }) => carry.cause))).toEqual({ withheld: 10 })
  })

  /** What arrived, why, and what was then on the wire; of the first runs of a partition nothing older is known. */
  test.each([
    ['by-none', { lost: 30 }, 'not-carried'],
    ['too-long', { lost: 30 }, 'over-limit'],
    ['lost', { lost: 30 }, 'lost'],
    ['truncated', { malformed: 30 }, 'truncated'],
    ['duplicated', { malformed: 30 }, 'duplicated'],
    ['from-the-start', { lost: 30 }, 'lost'],
  ])('%s', (name, states, cause) => {
    expect(tally(of(name).map(({ carry }) => carry.token))).toEqual(states)
    expect(tally(of(name).map(({ carry }) => carry.cause))).toEqual({ [cause]: 30 })
    expect(of(name).map(({ read }) => read.token)).toEqual(of(name).map(({ carry }) => carry.token))
  })

  test.each([
    ['older', 'behind'],
    ['reordered', 'behind'],
    ['shortened', 'behind'],
  ])('%s: a token with less progress, where there is one', (name, state) => {
    const carried = of(name).map(({ carry }) => carry.token)
    expect(carried.filter((token) => token === state).length).toBeGreaterThanOrEqual(15)
    expect(carried.filter((token) => token !== state && token !== 'intact')).toEqual([])
    expect(of(name).map(({ read }) => read.token)).toEqual(carried)
  })

  test("swapped: another range's token is foreign on the wire", () => {
    const states = tally(of('swapped').map(({ read }) => read.token))
    expect(states.foreign).toBeGreaterThanOrEqual(20)
  })

  test('corrupted: whatever became of it, the wire shows it, and no promise is said to be broken', () => {
    const all = of('corrupted')
    expect(all.filter(({ carry }) => carry.cause === 'corrupted')).toHaveLength(30)
    expect(Object.keys(tally(all.map(({ read }) => read.token))).length).toBeGreaterThanOrEqual(3)
    expect(runs.filter(({ finding }) => finding === 'broken-promise')).toEqual([])
  })

  test('on a schedule', () => {
    expect(tally(of('each-fifth').map(({ carry }) => carry.token))).toEqual({ intact: 24, lost: 6 })
    expect(tally(of('much-later').map(({ carry }) => carry.token))).toEqual({ intact: 30 })
  })

  test('no device leaves a file', async () => {
    expect(await readdir(dataDir, { recursive: true })).toEqual(['devices'])
  })
})
