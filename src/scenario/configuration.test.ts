import { describe, expect, test } from 'vitest'
import { parseConfiguration } from './configuration.ts'
import { parseListen } from './configuration-schema.ts'
import { formatProblem } from './problem.ts'

const env = { PORT: '9000', COSMOS_KEY: 'never-to-be-printed' }
const parse = (text: string) => parseConfiguration(text, { file: 'hopwatch.yaml', env })
const linesOf = (text: string) =>
  (parse(text).problems ?? []).map((each) => formatProblem(each).replace('hopwatch.yaml:', ''))

const accountKey = `${'A'.repeat(86)}==`

describe('a configuration', () => {
  test.each(['', '# only a comment\n', '---\n'])('that says nothing: %j', (text) => {
    const { configuration } = parse(text)
    expect(configuration?.targets).toEqual({})
    expect(configuration?.stores).toEqual({})
    expect(
      Object.values({ ...configuration, targets: undefined, stores: undefined }).every((value) => value === undefined),
    ).toBe(true)
  })

  test('that says everything', () => {
    const { configuration, problems } = parse(`listen: 0.0.0.0:\${PORT}
grace: 15s
logLevel: debug
scenarios: [scenarios, more/one.yaml]
dataDir: /var/lib/hopwatch
maxSeries: 5000
provision: true
instance: probe-1
targets:
  production: { endpoint: "https://a.documents.azure.com:443/", keyFrom: COSMOS_KEY }
  mounted: { endpoint: "https://b.documents.azure.com:443/", keyFile: /run/secrets/key }
  joined: { connectionStringFrom: COSMOS_CONNECTION_STRING }
  identity: { endpoint: "https://c.documents.azure.com:443/", entra: true }
  silent: { endpoint: "https://d.documents.azure.com:443/" }
budget: { requestUnits: 200/s }
alarm: { falseAlarms: 2 per 90d }
openTelemetry: { endpoint: "http://collector:4318" }
stores:
  sessions: { url: "redis://cache:6379/1" }
  secured: { urlFrom: REDIS_URL }
simulator:
  regions: [West Europe, East US]
  consistency: BoundedStaleness
  partitionKeyRanges: 2
  replication: [{ from: West Europe, to: East US, median: 80ms, sigma: 0.2 }, { from: East US, to: West Europe, median: 80ms }]
  sessionWait: 200ms
  throughput: 1000
  seed: 7
`)
    expect(problems).toBeUndefined()
    expect(configuration).toEqual({
      listen: { host: '0.0.0.0', port: 9000 },
      graceMs: 15_000,
      logLevel: 'debug',
      scenarios: ['scenarios', 'more/one.yaml'],
      dataDir: '/var/lib/hopwatch',
      maxSeries: 5000,
      alarm: { falseAlarmEveryMs: 45 * 86_400_000 },
      openTelemetry: { endpoint: 'http://collector:4318' },
      provision: true,
      instance: 'probe-1',
      targets: {
        production: { kind: 'key-variable', endpoint: 'https://a.documents.azure.com:443/', variable: 'COSMOS_KEY' },
        mounted: { kind: 'key-file', endpoint: 'https://b.documents.azure.com:443/', path: '/run/secrets/key' },
        joined: { kind: 'connection-string-variable', variable: 'COSMOS_CONNECTION_STRING' },
        identity: { kind: 'entra', endpoint: 'https://c.documents.azure.com:443/' },
        silent: { kind: 'entra', endpoint: 'https://d.documents.azure.com:443/' },
      },
      budget: { requestUnitsPerSecond: 200 },
      stores: {
        sessions: { kind: 'url', url: 'redis://cache:6379/1' },
        secured: { kind: 'url-variable', variable: 'REDIS_URL' },
      },
      simulator: {
        regions: ['West Europe', 'East US'],
        consistency: 'BoundedStaleness',
        partitionKeyRanges: 2,
        replication: [
          { from: 'West Europe', to: 'East US', medianMs: 80, sigma: 0.2 },
          { from: 'East US', to: 'West Europe', medianMs: 80, sigma: 0.35 },
        ],
        sessionWaitMs: 200,
        throughput: 1000,
        seed: 7,
      },
    })
  })

  test('one path stands for a list of one', () => {
    expect(parse('scenarios: here\n').configuration?.scenarios).toEqual(['here'])
  })

  test('every mistake is told', () => {
    expect(
      linesOf(`listen: 9464
logLevel: warning
provision: yes
targets:
  nowhere: {}
  both: { endpoint: "https://a.documents.azure.com", keyFrom: A, keyFile: b }
  twice: { endpoint: "https://a.documents.azure.com", connectionStringFrom: A }
  Odd: { endpoint: a.documents.azure.com }
simulator: { regions: [] }
sed: 1
`),
    ).toEqual([
      '1:9: "9464" is not host:port; write for example "127.0.0.1:9464"',
      '2:11: "warning" is not a log level; write "trace", "debug", "info", "warn", "error", "fatal" or "silent"',
      '3:12: "yes" is neither true nor false; write true or false',
      '5:3: the target "nowhere" has no endpoint; add "endpoint:" with the URI of the account',
      '6:3: the target "both" names "keyFrom" and "keyFile"; keep one of them',
      '7:3: the connection string names the endpoint already; leave "endpoint" out, or write "keyFrom"',
      '8:3: "Odd" is not a name; write small letters, digits and dashes, at most 63',
      '8:20: "a.documents.azure.com" is not a URL; write "https://", the name of the account and ".documents.azure.com"',
      '9:23: "regions" is empty; write at least one entry',
      '10:1: unknown key "sed"; the keys here are "listen", "grace", "logLevel", "scenarios", "dataDir", "maxSeries", "budget", "alarm", "openTelemetry", "provision", "instance", "targets", "stores" and "simulator"',
    ])
  })
})

describe('secrets in a configuration', () => {
  test('a password of the OpenTelemetry receiver is refused and not repeated', () => {
    const lines = linesOf('openTelemetry: { endpoint: "https://me:hunter2hunter2@collector:4318" }\n').join('\n')
    expect(lines).toContain('headers come from OTEL_EXPORTER_OTLP_HEADERS')
    expect(lines).not.toContain('hunter2')
  })

  test.each([
    ['a key', `targets:\n  p: { endpoint: "https://a.documents.azure.com", key: "${accountKey}" }\n`],
    [
      'a key where its variable belongs',
      `targets:\n  p: { endpoint: "https://a.documents.azure.com", keyFrom: "${accountKey}" }\n`,
    ],
    ['a connection string', `targets:\n  p: { endpoint: "AccountEndpoint=https://a/;AccountKey=${accountKey};" }\n`],
    ['a key elsewhere', `dataDir: "${accountKey}"\n`],
    [
      'a key out of the environment',
      `targets:\n  p: { endpoint: "https://a.documents.azure.com", key: "\${COSMOS_KEY}" }\n`,
    ],
  ])('%s is refused and not repeated', (_, text) => {
    const lines = linesOf(text).join('\n')
    expect(lines).toContain('secrets come from the environment or a file')
    expect(lines).not.toContain('AAAA')
    expect(lines).not.toContain(env.COSMOS_KEY)
  })
})

test.each([
  ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['::1:80', undefined],
  ['localhost', undefined],
  ['localhost:65536', undefined],
  [':80', undefined],
])('listen %s', (text, expected) => {
  expect(parseListen(text)).toEqual(expected)
})

test('a store is one Redis server, and its password stands in no file and no message', () => {
  expect(
    linesOf(`stores:
  none: {}
  both: { url: "redis://cache", urlFrom: REDIS_URL }
  Odd: { url: "redis://cache" }
  http: { url: "http://cache" }
  open: { url: "redis://user:hunter2@cache" }
`),
  ).toEqual([
    '2:3: the store "none" names no server; add "url:" or "urlFrom:"',
    '3:3: the store "both" names "url" and "urlFrom"; keep one of them',
    '4:3: "Odd" is not a name; write small letters, digits and dashes, at most 63',
    ...['5:16', '6:16'].map(
      (place) =>
        `${place}: this is not the URL of a Redis server, or it holds a password; write for example "redis://cache:6379", or "urlFrom" with the environment variable that holds it all`,
    ),
  ])
})
