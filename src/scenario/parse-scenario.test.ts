import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseScenario } from './parse-scenario.ts'
import { formatProblem } from './problem.ts'

const shipped = new URL('../../scenarios/', import.meta.url)
const travel = readFileSync(new URL('travel-itinerary.yaml', shipped), 'utf8')

const minimal = `scenario: sample
every: 2s
container: travel/itineraries
partitionKey: /customerId
hops:
  gateway: {}
  itinerary:
journey:
  - { write: upsert, at: gateway }
  - { carry: header, to: itinerary }
  - { read: point, at: itinerary }
`

const parse = (text: string, env = {}) => {
  const { scenario, problems } = parseScenario(text, { file: 'x.yaml', env })
  expect(problems?.map(formatProblem)).toBeUndefined()
  return scenario!
}

const problemsOf = (text: string, env = {}) =>
  (parseScenario(text, { file: 'x.yaml', env }).problems ?? []).map(formatProblem)

describe('a file beyond all measure', () => {
  test.each(['? ', '- ', '[', '{a: '])('nested by “%s” deeper than the parser can go is refused', (level) => {
    expect(parseScenario(level.repeat(20_000), { file: 'x.yaml', env: {} }).problems).toHaveLength(1)
  })

  test('a word without end is told by its beginning, and nothing that a terminal would act upon', () => {
    const unknown = (key: string) =>
      problemsOf(`${key}: 1\n${minimal}`).find((said) => said.includes('unknown key')) ?? ''
    expect(unknown('hop'.repeat(300))).toMatch(/unknown key "hophop.*…"/)
    expect(unknown('hop'.repeat(300)).length).toBeLessThan(500)
    expect(unknown('"a\\e[31mred"')).toContain('unknown key "a [31mred"')
  })
})

describe('a valid file', () => {
  test.each(readdirSync(shipped).filter((name) => name.endsWith('.yaml')))('shipped: %s', (name) => {
    const scenario = parse(readFileSync(new URL(name, shipped), 'utf8'))
    expect(scenario.name).toBe(name.replace('.yaml', ''))
    expect(scenario.arms[0]).toMatchObject({ name: 'propagated', token: 'carried' })
  })

  test('says little and means all the defaults', () => {
    const hop = { region: undefined, client: 'own', retries: 'sdk', consistency: 'Session' }
    expect(parse(minimal)).toEqual({
      name: 'sample',
      about: '',
      target: 'default',
      schedule: { kind: 'every', periodMs: 2000, jitterMs: 200 },
      deadlineMs: 30_000,
      container: { database: 'travel', container: 'itineraries' },
      partitionKey: ['/customerId'],
      document: 'reused',
      partitions: 8,
      ttlSeconds: 3600,
      visibilityWithinMs: 10_000,
      hops: [
        { name: 'gateway', ...hop },
        { name: 'itinerary', ...hop },
      ],
      journey: [
        { kind: 'write', write: 'upsert', at: 'gateway' },
        { kind: 'carry', carrier: 'header', from: 'gateway', to: 'itinerary', faults: [] },
        { kind: 'read', read: 'point', at: 'itinerary' },
      ],
      arms: [{ name: 'propagated', share: 1, token: 'carried' }],
      objectives: { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined },
      budget: undefined,
    })
  })

  test('says everything', () => {
    const scenario = parse(`scenario: all
about: All of it.
target: staging
cron: "*/10 * * * * *"
timezone: Europe/Oslo
deadline: 1m
container: d/c
partitionKey: [/tenantId, /customerId]
document: fresh
partitions: 3
ttl: 2h
visibility: { within: 5s }
hops:
  a: { region: West Europe, retries: none, consistency: Eventual }
  b: { client: { shared: a } }
  c: { client: per-operation }
journey:
  - { write: create, at: a }
  - { carry: header, to: b, faults: [{ token: lost, share: 20% }, { token: older, share: 5%, writesBack: 2 }] }
  - { wait: [0, 20ms] }
  - { read: query, at: b }
  - { carry: none, from: a, to: c }
  - { wait: 1.5s }
  - { read: query, at: c, scope: cross-partition }
arms: { propagated: , control: { share: 12.5% } }
objectives: { staleReads: 1%, tokenLoss: 0%, p95: 250ms, retriesPerRead: 0.1 }
budget: { requestUnits: 50/s }
`)
    expect(scenario.schedule).toEqual({ kind: 'cron', expression: '*/10 * * * * *', timezone: 'Europe/Oslo' })
    expect(scenario.hops).toEqual([
      { name: 'a', region: 'West Europe', client: 'own', retries: 'none', consistency: 'Eventual' },
      { name: 'b', region: 'West Europe', client: { shared: 'a' }, retries: 'none', consistency: 'Session' },
      { name: 'c', region: undefined, client: 'per-operation', retries: 'sdk', consistency: 'Session' },
    ])
    expect(scenario.journey.slice(1)).toEqual([
      {
        kind: 'carry',
        carrier: 'header',
        from: 'a',
        to: 'b',
        faults: [
          { token: 'lost', share: 0.2, writesBack: 1 },
          { token: 'older', share: 0.05, writesBack: 2 },
        ],
      },
      { kind: 'wait', sweepMs: [0, 20] },
      { kind: 'read', read: 'query', at: 'b' },
      { kind: 'carry', carrier: 'none', from: 'a', to: 'c', faults: [] },
      { kind: 'wait', sweepMs: [1500] },
      { kind: 'read', read: 'cross-partition-query', at: 'c' },
    ])
    expect(scenario.arms.map((arm) => [arm.name, arm.share])).toEqual([
      ['propagated', 0.875],
      ['control', 0.125],
    ])
    expect(scenario.objectives).toEqual({ staleReads: 0.01, tokenLoss: 0, p95Ms: 250, retriesPerRead: 0.1 })
    expect(scenario.budget).toEqual({ requestUnitsPerSecond: 50 })
  })

  test('a carry leaves the hop that the carry before reached', () => {
    const chained = minimal
      .replace('itinerary:\n', 'itinerary: {}\n  third: {}\n')
      .replace('  - { read: point, at: itinerary }', '  - { carry: header, to: third }\n  - { read: point, at: third }')
    expect(parse(chained).journey[2]).toMatchObject({ from: 'itinerary', to: 'third' })
  })

  test.each([
    ['jitter: 50ms', 50],
    ['jitter: 25%', 500],
    ['jitter: 0%', 0],
  ])('%s of a period of 2s', (line, jitterMs) => {
    expect(parse(`${minimal}${line}\n`).schedule).toMatchObject({ jitterMs })
  })

  test('anchors and aliases are just shorthand', () => {
    const text = minimal
      .replace('gateway: {}', 'gateway: &here { region: West Europe }')
      .replace('itinerary:\n', 'itinerary: *here\n')
    expect(parse(text).hops.map((hop) => hop.region)).toEqual(['West Europe', 'West Europe'])
  })
})

describe('variables', () => {
  const partitions = (value: string) => `${minimal}partitions: ${value}\n`

  test('a plain scalar is typed as what replaces it, a quoted one stays a text', () => {
    expect(parse(partitions('${N:-4}')).partitions).toBe(4)
    expect(parse(partitions('${N:-4}'), { N: '12' }).partitions).toBe(12)
    expect(problemsOf(partitions('"${N:-4}"'))).toHaveLength(1)
  })

  test('what a variable holds is a value, never more YAML', () => {
    const text = `${minimal}about: \${TEXT}\n`
    expect(parse(text, { TEXT: 'a: b # no comment' }).about).toBe('a: b # no comment')
  })

  test('positions stay those of the file', () => {
    expect(problemsOf(partitions('${N}'), { N: 'a long text instead of a number' })).toEqual([
      'x.yaml:12:13: "${N}" is not a whole number from 1 to 10000; write for example 8',
    ])
  })
})

describe('what is found wrong', () => {
  test('a default that no longer fits is named with its value', () => {
    expect(problemsOf(`${minimal}visibility: { within: 1m }\n`)).toEqual([
      'x.yaml:1:1: the deadline of 30s leaves no time for 1m of waits and re-reads; write a longer deadline, or shorten the waits or "visibility: { within }"',
    ])
  })

  test('a key that JavaScript knows is a key like any other', () => {
    expect(problemsOf(`${minimal}__proto__: {}\n`)).toEqual(['x.yaml:12:1: this cannot be a key; write a plain word'])
    expect(problemsOf(minimal.replaceAll('gateway', 'constructor'))).toEqual([])
    expect(problemsOf(minimal.replace('at: gateway', 'at: constructor'))[0]).toMatch(/^x.yaml:9:26: there is no hop/)
  })

  test('whatever the text: a scenario, or problems within the file', () => {
    const token = fc.constantFrom(
      '',
      ' ',
      '\n',
      ':',
      '{',
      '}',
      '[',
      '- ',
      '"',
      '#',
      '*a',
      '&a ',
      '${X',
      '<<: ',
      '!x ',
      '0',
      '%',
      '\t',
      '---\n',
      'hops',
      '\u{1f600}',
    )
    const edit = fc.record({
      at: fc.nat(travel.length),
      remove: fc.nat(12),
      insert: fc.oneof(token, fc.string({ maxLength: 6 })),
    })
    const mutated = fc
      .array(edit, { minLength: 1, maxLength: 5 })
      .map((edits) =>
        edits.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), travel),
      )
    fc.assert(
      fc.property(mutated, (text) => {
        const { scenario, problems } = parseScenario(text, { file: 'x.yaml', env: {} })
        if (scenario) return
        expect(problems.length).toBeGreaterThan(0)
        const lines = text.split('\n')
        for (const { line = 0, column = 0, message, instead } of problems) {
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
          expect(Math.min(line, column, message.length, instead.length)).toBeGreaterThan(0)
          expect(message + instead).not.toMatch(/\n|undefined|object Object|NaN/)
        }
      }),
      { numRuns: 500 },
    )
  })
})
