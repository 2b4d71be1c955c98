import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseScenario } from '../scenario/parse-scenario.ts'
import { letsEverybodyRead } from './public-access.ts'

const { scenario: simulated } = parseScenario(
  `scenario: sample
every: 1s
container: shop/orders
partitionKey: /customerId
hops: { a: {} }
journey: [{ write: upsert, at: a }, { read: point, at: a }]
`,
  { file: 'sample', env: {} },
)
const portal = readFileSync(new URL('../../examples/enrollment-portal/portal.yaml', import.meta.url), 'utf8')
const { scenario: service } = parseScenario(portal, { file: 'portal.yaml', env: {} })
const account = { name: 'default' }

test('said outright, it holds whatever is looked at', () => {
  for (const said of [true, 'true', '1', 'yes']) {
    expect(letsEverybodyRead(said, { targets: [account], scenarios: [simulated!] })).toBe(true)
  }
  for (const said of [undefined, false, '', 'no', 'everybody']) {
    expect(letsEverybodyRead(said, { targets: [], scenarios: [simulated!] })).toBe(false)
  }
})

test('"demo" holds for the embedded simulator alone', () => {
  expect(letsEverybodyRead('demo', { targets: [], scenarios: [simulated!] })).toBe(true)
  expect(letsEverybodyRead('demo', { targets: [], scenarios: [simulated!, service!] })).toBe(false)
  expect(letsEverybodyRead('demo', { targets: [account], scenarios: [simulated!] })).toBe(false)
})
