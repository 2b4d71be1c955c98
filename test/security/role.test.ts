import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { runCheck } from '../../src/compose/check.ts'
import type { Scenario } from '../../src/domain/scenario.ts'
import { loadScenarios } from '../../src/scenario/load-scenarios.ts'
import { parseScenario } from '../../src/scenario/parse-scenario.ts'
import type { Operation } from '../../src/simulator/operation.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { root } from '../e2e/process.ts'

const account = 'Microsoft.DocumentDB/databaseAccounts'
const inContainer = `${account}/sqlDatabases/containers`

/** The data actions that an operation asks for; undefined: no data action grants it, only a key or the control plane does. */
const actionsOf: Readonly<Record<Operation['kind'], readonly string[] | undefined>> = {
  readAccount: [`${account}/readMetadata`],
  readContainer: [`${account}/readMetadata`],
  readPartitionKeyRanges: [`${account}/readMetadata`],
  readDatabase: [`${account}/readMetadata`],
  createItem: [`${inContainer}/items/create`],
  readItem: [`${inContainer}/items/read`],
  replaceItem: [`${inContainer}/items/replace`],
  patchItem: [`${inContainer}/items/replace`],
  upsertItem: [`${inContainer}/items/upsert`],
  deleteItem: [`${inContainer}/items/delete`],
  queryItems: [`${inContainer}/executeQuery`],
  readChanges: [`${inContainer}/readChangeFeed`],
  // Hopwatch's batches upsert two documents, or read one.
  batchItems: [`${inContainer}/items/upsert`, `${inContainer}/items/read`],
  bulkItems: undefined,
  createDatabase: undefined,
  deleteDatabase: undefined,
  listDatabases: undefined,
  createContainer: undefined,
  deleteContainer: undefined,
  replaceContainer: undefined,
  listContainers: undefined,
  readOffers: undefined,
  replaceOffer: undefined,
}

/** What no shipped scenario does, and a scenario of the user's may. */
const everythingElse = `scenario: everything-else
every: 1s
container: role/everything
partitionKey: /pk
document: fresh
hops: { writer: { region: West Europe }, reader: { region: West Europe } }
journey:
  - { write: batch, at: writer }
  - { carry: header, to: reader }
  - { read: batch-of-points, at: reader }
  - { read: changeFeed, at: reader }
  - { carry: header, to: writer }
  - { write: delete, at: writer }
  - { read: point, at: writer }
`

const role = JSON.parse(readFileSync(join(root, 'docs/security/role.json'), 'utf8')) as {
  readonly Permissions: readonly [{ readonly DataActions: readonly string[] }]
}

describe('the role in docs/security/role.json', () => {
  let shipped: readonly Scenario[]
  let other: Scenario

  beforeAll(async () => {
    shipped = (await loadScenarios([join(root, 'scenarios')], {})).scenarios
    const { scenario, problems } = parseScenario(everythingElse, { file: 'x', env: {} })
    expect(problems).toBeUndefined()
    other = scenario!
  })

  /** Kinds of operations that reach the account when everything is in its place. */
  async function performed(scenarios: readonly Scenario[]): Promise<ReadonlySet<Operation['kind']>> {
    const simulator = await startSimulator({ seed: 'role', replication: { fixedMs: 1 } })
    onTestFinished(() => simulator.close())
    const check = (runs: number, provision: boolean) =>
      runCheck({
        targets: [{ name: 'default', endpoint: simulator.endpoint, key: simulator.key }],
        simulator: {},
        scenarios: scenarios.map((scenario) => ({ ...scenario, budget: { requestUnitsPerSecond: 1e6 } })),
        runs,
        forMs: undefined,
        provision,
        owner: 'role',
        clock: systemClock,
        random: seededRandom('role'),
        signal: new AbortController().signal,
        onRun: () => {},
        onSimulatorError: () => {},
      })
    await check(1, true)
    const kinds = new Set<Operation['kind']>()
    simulator.account.journal.onEntry((entry) => {
      if (entry.kind === 'request') kinds.add(entry.operation)
    })
    await check(3, false)
    return kinds
  }

  test('is all that the shipped scenarios need', { timeout: 120_000 }, async () => {
    const kinds = await performed(shipped)
    expect(kinds).toContain('upsertItem')
    for (const kind of kinds) {
      expect(actionsOf[kind], kind).toBeDefined()
      for (const action of actionsOf[kind] ?? []) expect(role.Permissions[0].DataActions, kind).toContain(action)
    }
  })

  test('and no more than all kinds of steps together need', { timeout: 120_000 }, async () => {
    const kinds = [...(await performed([...shipped, other]))]
    const needed = new Set(kinds.flatMap((kind) => actionsOf[kind] ?? [`nothing grants ${kind}`]))
    expect([...needed].toSorted()).toEqual(role.Permissions[0].DataActions.toSorted())
  })
})
