import { describe, expect, test } from 'vitest'
import { scenarioOf } from '../../test/http/support.ts'
import { ManualClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import type { StoreAnswer } from '../domain/document-store.ts'
import type { FinishedRun, ReadEvent } from '../domain/journey.ts'
import type { Attempt } from '../domain/observation.ts'
import type { Step, WriteKind } from '../domain/scenario.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { createRunner } from './run-scenario.ts'

/** What an account answers next: its last try, and those before it. */
interface Told {
  readonly region: string
  readonly status: number
  readonly token: string
  readonly version?: number
  readonly before?: readonly number[]
}

const attempt = (region: string, status: number, sent: WireToken | undefined, token?: string): Attempt => ({
  purpose: 'operation',
  region,
  status,
  substatus: undefined,
  failure: undefined,
  requestCharge: 1,
  durationMs: 1,
  sent,
  received: token === undefined ? undefined : new WireToken(token),
})

const hop = (name: string, region: string) =>
  ({ name, region, client: 'own', retries: 'sdk', consistency: 'Session' }) as const

/** A journey over an account that answers as it is told to. */
async function walk(journey: readonly Step[], answers: readonly Told[]): Promise<FinishedRun> {
  const left = [...answers]
  const arm = { name: 'propagated', share: 1, token: 'carried' } as const
  const runner = createRunner({
    scenario: scenarioOf('two-writers', {
      partitionKey: ['/pk'],
      partitions: 1,
      visibilityWithinMs: 0,
      hops: [hop('a', 'West Europe'), hop('b', 'North Europe')],
      journey,
      arms: [arm],
    }),
    openStore: () => {
      /** As the SDK sends it where nobody hands it one. */
      let remembered: WireToken | undefined
      return {
        reconnect: () => {},
        execute: ({ sessionToken = remembered }): StoreAnswer => {
          const { region, status, token, version, before = [] } = left.shift()!
          const tries = before.map((failed) => attempt(region, failed, sessionToken))
          remembered = new WireToken(token)
          return {
            attempts: [...tries, attempt(region, status, sessionToken, token)],
            status,
            substatus: undefined,
            document: version === undefined ? undefined : { version, owner: 'me' },
            sessionToken: remembered,
            ancestry: undefined,
            durationMs: 1,
            message: undefined,
          }
        },
      }
    },
    clock: new ManualClock(),
    random: seededRandom('conflicts'),
    owner: 'me',
    ttlIsOn: true,
  })
  return runner.run({ arm, partition: 0, armRun: 0 }, 0)
}

const write = (at: string, kind: WriteKind = 'upsert'): Step => ({ kind: 'write', write: kind, at })
const read = (at: string): Step => ({ kind: 'read', read: 'point', at })
const verdictOf = (run: FinishedRun) =>
  run.events.find((event): event is ReadEvent => event.kind === 'read')!.judgement.verdict

describe('writes that two write regions took: which one stays is for the account to decide', () => {
  const journey = [write('a'), write('b'), read('b')]
  const answers = (second: string): Told[] => [
    { region: 'West Europe', status: 201, token: '0:1#1#1=1#2=0' },
    { region: second, status: 200, token: '0:1#2#1=1#2=1' },
    { region: 'North Europe', status: 200, token: '0:1#3#1=1#2=1', version: 1 },
  ]

  test('the earlier one may have won: nobody is accused', async () => {
    const run = await walk(journey, answers('North Europe'))
    expect([verdictOf(run), run.finding, run.violations]).toEqual(['undetermined', undefined, []])
  })

  test('with one write region there is no conflict, and the read is stale', async () => {
    const run = await walk(journey, answers('West Europe'))
    expect([verdictOf(run), run.finding]).toEqual(['stale', 'broken-promise'])
  })

  test('a delete in the other region may have won', async () => {
    const deleted = [write('a'), write('a', 'delete'), write('b'), read('b')]
    const run = await walk(deleted, [
      { region: 'West Europe', status: 201, token: '0:1#1#1=1#2=0' },
      { region: 'West Europe', status: 204, token: '0:1#2#1=2#2=0' },
      { region: 'North Europe', status: 201, token: '0:1#2#1=1#2=1' },
      { region: 'North Europe', status: 404, token: '0:1#3#1=2#2=1' },
    ])
    expect([verdictOf(run), run.finding]).toEqual(['undetermined', undefined])
  })
})

test('a try in doubt may land late although the next one succeeded: what it brings back accuses nobody', async () => {
  const journey = [write('a'), write('a'), read('a')]
  const answers = (before: readonly number[]): Told[] => [
    { region: 'West Europe', status: 201, token: '0:1#1#1=1', before },
    { region: 'West Europe', status: 200, token: '0:1#2#1=2' },
    { region: 'West Europe', status: 200, token: '0:1#3#1=3', version: 1 },
  ]
  const late = await walk(journey, answers([503]))
  expect([verdictOf(late), late.finding, late.violations]).toEqual(['undetermined', undefined, []])
  // A refusal for certain leaves no doubt.
  const refused = await walk(journey, answers([429]))
  expect([verdictOf(refused), refused.finding]).toEqual(['stale', 'broken-promise'])
})
