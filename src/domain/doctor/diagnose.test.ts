import { describe, expect, test } from 'vitest'
import { scenarioOf } from '../../../test/http/support.ts'
import type { HopDeclaration, Scenario, Step } from '../scenario.ts'
import { diagnose } from './diagnose.ts'
import { diagnoseServices } from './diagnose-services.ts'
import type { AccountLook, ContainerLook, TargetLook } from './look.ts'

const account: AccountLook = {
  consistency: 'Session',
  writeRegions: ['West Europe'],
  readRegions: ['West Europe', 'North Europe'],
  multipleWriteLocations: false,
}
const base = scenarioOf('travel-itinerary')
const hop = (changes: Partial<HopDeclaration>): HopDeclaration => ({
  name: 'reader',
  region: 'North Europe',
  client: 'own',
  retries: 'sdk',
  consistency: 'Session',
  ...changes,
})
const scenario: Scenario = { ...base, hops: [hop({})], budget: { requestUnitsPerSecond: 10 } }
const found: Extract<ContainerLook, { state: 'found' }> = {
  state: 'found',
  partitionKey: scenario.partitionKey,
  defaultTtlSeconds: -1,
  conflictResolution: 'LastWriterWins',
  ranges: 1,
  throughput: { kind: 'manual', requestUnitsPerSecond: 400, isDatabases: false },
}
const place = `${scenario.container.database}/${scenario.container.container}`
const look: TargetLook = {
  name: scenario.target,
  endpoint: 'https://shop.documents.azure.com',
  account,
  unreached: undefined,
  clock: { lowMs: -10, highMs: 20 },
  containers: { [place]: found },
  latencies: [{ region: 'North Europe', reads: 5, p50Ms: 12, problem: undefined }],
  session: { state: 'enforced' },
}

const bad = (given: TargetLook, scenarios: readonly Scenario[] = [scenario]) =>
  diagnose(given, scenarios).filter(({ severity }) => severity !== 'ok')
const withContainer = (changes: Partial<typeof found>): TargetLook => ({
  ...look,
  containers: { [place]: { ...found, ...changes } },
})
const withHop = (changes: Partial<HopDeclaration>): Scenario => ({ ...scenario, hops: [hop(changes)] })

describe('a diagnosis', () => {
  test('of an account and a scenario as they should be finds nothing, and says so', () => {
    expect(bad(look)).toEqual([])
    expect(diagnose(look, [scenario]).map(({ found: text }) => text)).toContain(
      'reader: nothing in the settings of the clients or in the journey defeats the session guarantee',
    )
  })

  test.each<[string, TargetLook, Scenario, string, RegExp]>([
    [
      'a weaker default',
      { ...look, account: { ...account, consistency: 'Eventual' } },
      scenario,
      'problem',
      /default consistency is Eventual, weaker/,
    ],
    [
      'a stronger default',
      { ...look, account: { ...account, consistency: 'Strong' } },
      scenario,
      'note',
      /stronger than Session/,
    ],
    [
      'an unknown default',
      { ...look, account: { ...account, consistency: undefined } },
      scenario,
      'unknown',
      /no default/,
    ],
    [
      'one region',
      { ...look, account: { ...account, readRegions: ['North Europe'] } },
      scenario,
      'note',
      /reads to North Europe/,
    ],
    [
      'many write regions',
      { ...look, account: { ...account, multipleWriteLocations: true } },
      scenario,
      'note',
      /every region takes writes/,
    ],
    [
      'what settles conflicts',
      { ...look, account: { ...account, multipleWriteLocations: true } },
      scenario,
      'note',
      /settled by LastWriterWins/,
    ],
    [
      'a clock 2 minutes behind',
      { ...look, clock: { lowMs: 120_000, highMs: 121_000 } },
      scenario,
      'warning',
      /120 s to 121 s behind/,
    ],
    [
      'a clock an hour ahead',
      { ...look, clock: { lowMs: -3_601_000, highMs: -3_600_000 } },
      scenario,
      'problem',
      /ahead of/,
    ],
    ['no time told', { ...look, clock: undefined }, scenario, 'unknown', /told the time/],
    ['tokens that are not enforced', { ...look, session: { state: 'ignored' } }, scenario, 'problem', /not enforced/],
    ['no tokens', { ...look, session: { state: 'not-issued' } }, scenario, 'problem', /carry none/],
    [
      'a region that does not answer',
      { ...look, latencies: [{ region: 'North Europe', reads: 1, p50Ms: undefined, problem: 'it got no answer' }] },
      scenario,
      'warning',
      /none of 1 reads/,
    ],
    [
      'a region too far',
      { ...look, latencies: [{ region: 'North Europe', reads: 5, p50Ms: 900, problem: undefined }] },
      { ...scenario, objectives: { ...scenario.objectives, p95Ms: 250 } },
      'warning',
      /900 ms from here, and the objective allows 250 ms/,
    ],
    [
      'a missing container',
      { ...look, containers: { [place]: { state: 'missing' } } },
      scenario,
      'problem',
      /does not exist/,
    ],
    [
      'a container that may not be read',
      { ...look, containers: { [place]: { state: 'unknown', reason: 'it may not be read' } } },
      scenario,
      'unknown',
      /may not be read/,
    ],
    [
      'another partition key',
      withContainer({ partitionKey: ['/other'] }),
      scenario,
      'problem',
      /its partition key is \/other; travel-itinerary says/,
    ],
    [
      'a key of more levels',
      withContainer({ partitionKey: [...scenario.partitionKey, '/b'] }),
      scenario,
      'problem',
      /its partition key is/,
    ],
    ['TTL off', withContainer({ defaultTtlSeconds: undefined }), scenario, 'warning', /time to live is off/],
    [
      'a budget of much of the throughput',
      withContainer({ throughput: { kind: 'autoscale', requestUnitsPerSecond: 50, isDatabases: true } }),
      scenario,
      'warning',
      /50 RU\/s at most \(autoscale\), shared by its database; .* 20 %/,
    ],
    ['no budget', look, { ...scenario, budget: undefined }, 'note', /no budget bounds/],
    ['serverless', withContainer({ throughput: { kind: 'none' } }), scenario, 'note', /serverless/],
    [
      'throughput that may not be read',
      withContainer({ throughput: { kind: 'unknown', reason: 'it may not be read' } }),
      scenario,
      'unknown',
      /its throughput/,
    ],
    [
      'a region that the account lacks',
      look,
      withHop({ region: 'North Europa' }),
      'problem',
      /lacks its region "North Europa"/,
    ],
    ['a region spelled otherwise', look, withHop({ region: 'northeurope' }), 'note', /spelled "North Europe"/],
    ['a stronger level than the default', look, withHop({ consistency: 'Strong' }), 'problem', /asks for Strong/],
    ['a weaker level', look, withHop({ consistency: 'Eventual' }), 'warning', /reads at Eventual/],
    [
      'a client for each operation',
      look,
      withHop({ client: 'per-operation' }),
      'warning',
      /a new client for each operation/,
    ],
    ['discovery and retries off', look, withHop({ retries: 'none' }), 'note', /exactly one request/],
    [
      'a hop elsewhere',
      look,
      withHop({ remote: 'https://gateway.example/hop?x=y' }),
      'unknown',
      /at https:\/\/gateway\.example, /,
    ],
  ])('finds %s', (_, given, with_, severity, text) => {
    const diagnoses = bad(given, [with_])
    const hit = diagnoses.find(({ found: said }) => text.test(said))
    expect(hit, JSON.stringify(diagnoses)).toMatchObject({ severity })
    // Whoever reads of a problem is told what to do about it.
    if (severity === 'problem') expect(hit?.remedy ?? hit?.means).toBeTruthy()
  })

  test('suggests a region that is nearly spelled so, and none that is not', () => {
    const remedyFor = (region: string) => bad(look, [withHop({ region })])[0]?.remedy
    expect(remedyFor('North Europa')).toContain('did you mean "North Europe"?')
    expect(remedyFor('Japan East')).not.toContain('did you mean')
  })

  test('worst first', () => {
    const severities = diagnose({ ...look, session: { state: 'not-issued' } }, [
      withHop({ client: 'per-operation' }),
    ]).map(({ severity }) => severity)
    expect(severities[0]).toBe('problem')
    expect(severities[1]).toBe('warning')
    expect(severities.at(-1)).toBe('ok')
  })

  test('of an account that was not reached speaks of it, of the clock and of the settings alone', () => {
    const unreached = { kind: 'refused', message: 'refused the credentials', remedy: 'check the key' } as const
    const diagnoses = diagnose(
      {
        ...look,
        account: undefined,
        unreached,
        containers: {},
        latencies: [],
        session: { state: 'unknown', reason: '' },
      },
      [withHop({ client: 'per-operation' })],
    )
    expect(diagnoses.map(({ severity, subject }) => [severity, subject])).toEqual([
      ['problem', 'account'],
      ['warning', 'travel-itinerary, hop reader'],
      ['ok', 'clock'],
    ])
    expect(diagnoses[0]?.confirm.join()).toContain('az cosmosdb sql role assignment list')
  })
})

describe('a journey', () => {
  const hops = [hop({ name: 'gateway' }), hop({ name: 'itinerary' })]
  const carrying = (changes: Partial<Extract<Step, { kind: 'carry' }>>, more: Partial<Scenario> = {}): Scenario => ({
    ...scenario,
    hops,
    journey: [{ kind: 'carry', carrier: 'none', from: 'gateway', to: 'itinerary', faults: [], ...changes }],
    ...more,
  })
  const said = (given: Scenario) => diagnose(look, [given]).map(({ severity, found: text }) => `${severity}: ${text}`)
  const isFine =
    'ok: gateway, itinerary: nothing in the settings of the clients or in the journey defeats the session guarantee'

  test('that leaves the token behind in the arm that is meant to carry it is warned of, and not called fine', () => {
    const left = carrying({})
    expect(said(left)).toContain('warning: the token is left behind (carry: none)')
    expect(said(left)).not.toContain(isFine)
    expect(diagnose(look, [left])[0]).toMatchObject({
      subject: 'travel-itinerary, carry from gateway to itinerary',
      remedy: expect.stringContaining('carry: header'),
    })
    const within: Scenario = { ...left, journey: [{ kind: 'parallel', branches: [left.journey] }] }
    expect(said(within)).toContain('warning: the token is left behind (carry: none)')
  })

  test('between hops of one client that is kept needs nobody to carry the token', () => {
    const sharing = (client: HopDeclaration['client']) =>
      carrying(
        {},
        { hops: [hop({ name: 'gateway', client }), hop({ name: 'itinerary', client: { shared: 'gateway' } })] },
      )
    expect(said(sharing('own'))).toContain(isFine)
    expect(said(sharing('per-operation'))).toContain('warning: the token is left behind (carry: none)')
  })

  test('with faults on its carry is warned of, with their share; a token that comes twice harms nobody', () => {
    const fault = { share: 0.05, writesBack: 1 }
    const harmed = carrying({ carrier: 'header', faults: [{ ...fault, token: 'lost' }] })
    expect(said(harmed)).toContain('warning: faults are declared: lost 5 %')
    expect(said(carrying({ carrier: 'header', faults: [{ ...fault, token: 'duplicated' }] }))).toContain(isFine)
  })

  test('none of whose arms is meant to carry the token is no mistake', () => {
    expect(said(carrying({}, { arms: [{ name: 'control', share: 1, token: 'lost' }] }))).toContain(isFine)
  })
})

test('a service of the user’s own is said to be out of sight, and is not accused', () => {
  const portal = { ...scenario, hops: [hop({ endpoint: 'http://portal.example:8080/app?key=1' })] }
  const [only, ...more] = diagnoseServices([portal, scenario])
  expect(more).toEqual([])
  expect(only).toMatchObject({
    severity: 'unknown',
    subject: 'travel-itinerary',
    found: 'doctor cannot look into what answers at http://portal.example:8080',
    means: expect.stringContaining('neither for nor against'),
  })
})
