import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { Releases } from '../base/release.ts'
import { openCarrierResources } from '../compose/open-carriers.ts'
import { parseScenario } from '../scenario/parse-scenario.ts'
import { readCarrierSettings } from './carrier-settings.ts'

const stores = {
  open: { kind: 'url', url: 'redis://cache:6379' },
  secured: { kind: 'url-variable', variable: 'REDIS_URL' },
} as const
const read = (env: Record<string, string>) => readCarrierSettings({ stores, dataDir: '/data' }, env)

test('a store is where the file or the environment says', () => {
  expect(read({ REDIS_URL: 'rediss://:hunter2@secured:6380' })).toEqual({
    stores: new Map([
      ['open', 'redis://cache:6379'],
      ['secured', 'rediss://:hunter2@secured:6380'],
    ]),
    dataDir: '/data',
  })
})

test('a variable that is not set, or holds something else, is named without what it holds', () => {
  expect(() => read({})).toThrow('The store "secured" takes its URL from REDIS_URL, which is not set.')
  const wrong = () => read({ REDIS_URL: 'http://:hunter2@secured' })
  expect(wrong).toThrow('which holds no URL that begins with redis:// or rediss://')
  expect(wrong).not.toThrow('hunter2')
})

test('a store that a scenario names and nobody configured is named with those that are', () => {
  const { scenario } = parseScenario(
    `scenario: sample
every: 1s
container: shop/orders
partitionKey: /customerId
hops: { a: {}, b: {} }
journey:
  - { write: upsert, at: a }
  - { parallel: [[{ carry: store, store: sesions, from: a, to: b }, { read: point, at: b }], [{ read: point, at: a }]] }
`,
    { file: 'sample', env: {} },
  )
  const releases = new Releases()
  onTestFinished(async () => void (await releases.close()))
  const open = (names: string[]) => () =>
    openCarrierResources(
      [scenario!],
      { stores: new Map(names.map((name) => [name, 'redis://127.0.0.1:1'])), dataDir: undefined },
      new ManualClock(),
      releases,
    )
  expect(open(['sessions'])).toThrow('scenario "sample" names the store "sesions", which is not configured')
  expect(open(['sesions'])().store('sesions')).toBeDefined()
})
