import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allSteps, carrierKinds, faultKinds } from '../domain/scenario.ts'
import { parseConfiguration } from './configuration.ts'
import { parseScenario } from './parse-scenario.ts'

const scenarioWith = (carries: string) => `scenario: sample
every: 2s
container: shop/orders
partitionKey: /customerId
hops: { shop: {}, orders: {}, worker: {}, sync: {} }
journey:
  - { write: upsert, at: shop }
${carries}
  - { read: point, at: shop }
`

function carriesOf(carries: string) {
  const { scenario, problems } = parseScenario(scenarioWith(carries), { file: 'sample', env: {} })
  expect(problems).toBeUndefined()
  return allSteps(scenario!.journey).filter((step) => step.kind === 'carry')
}

test('each option of each carrier', () => {
  const parsed = carriesOf(`  - { carry: header, to: orders, limit: 8KB }
  - { carry: redirect, to: shop, limit: node }
  - { carry: message, to: orders, delay: 20ms, redelivery: 10%, reordering: 5%, limit: 256B }
  - { carry: device, to: shop, delay: [1s, 2s] }
  - { carry: store, to: orders, store: sessions, ttl: 30m }
  - { carry: none, to: shop }`)
  expect(parsed.map(({ options }) => options)).toEqual([
    { limit: { bytes: 8192 } },
    { limit: { server: 'node' } },
    { delayMs: [20], redelivery: 0.1, reordering: 0.05, limit: { bytes: 256 } },
    { delayMs: [1000, 2000] },
    { store: 'sessions', ttlMs: 1_800_000 },
    undefined,
  ])
})

test('each fault with its keys and its schedule', () => {
  const [carry] = carriesOf(`  - carry: header
    to: orders
    faults:
      - { token: lost, schedule: { after: 60s, for: 30s }, share: 50% }
      - { token: truncated, limit: 64B, schedule: { every: 10 runs } }
      - { token: older, writesBack: 2, share: 5% }
      - { token: swapped, with: user, share: 5% }
      - { token: corrupted, schedule: { after: 0 } }
      - { token: duplicated, share: 1% }`)
  expect(carry?.faults).toEqual([
    { token: 'lost', share: 0.5, writesBack: 1, schedule: { kind: 'window', afterMs: 60_000, forMs: 30_000 } },
    { token: 'truncated', share: 1, writesBack: 1, limitBytes: 64, schedule: { kind: 'every', runs: 10 } },
    { token: 'older', share: 0.05, writesBack: 2 },
    { token: 'swapped', share: 0.05, writesBack: 1, with: 'user' },
    { token: 'corrupted', share: 1, writesBack: 1, schedule: { kind: 'window', afterMs: 0 } },
    { token: 'duplicated', share: 0.01, writesBack: 1 },
  ])
})

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const examplesIn = (name: string) => [...page(name).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text)

test('the examples of the documentation are what they say', () => {
  const carries = [...examplesIn('carriers.md'), ...examplesIn('scenario-file.md')].filter((text) =>
    /^ {2}- (\{ )?carry/.test(text),
  )
  expect(carries).toHaveLength(2)
  expect(carries.flatMap((text) => carriesOf(text.trimEnd()))).toHaveLength(6)
  const configurations = examplesIn('carriers.md').filter((text) => text.startsWith('stores:'))
  const [configuration] = configurations.map((text) => parseConfiguration(text, { file: 'example', env: {} }))
  expect(Object.keys(configuration?.configuration?.stores ?? {})).toEqual(['sessions', 'secured'])
})

test('every carrier and every fault has its row in the documentation', () => {
  const rows = [...page('carriers.md').matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name)
  expect(rows).toEqual([...carrierKinds, 'nginx', 'node', ...faultKinds])
})
