import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeConfiguration, writeScenario } from './files.ts'
import { hopwatch, type LaunchOptions, makeSuiteFolder, type Running, removeFolder, stop, until } from './process.ts'
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts'
import { get, listRuns, metricsWhere, parseMetrics, serving, sum } from './service.ts'
import { accountEnvironment, control, secretKey, simulate } from './simulator.ts'

const wrongKey = Buffer.from('another key, of no account at all, which nothing may print either').toString('base64')
const apiToken = 'the-bearer-token-of-this-test-0123456789'
const otherRegion = '{ writer: { region: West Europe }, reader: { region: North Europe } }'

/**
 * A full run with everything that it prints: each command, each page, each error, each file. The proxy knows which tokens
 * and signatures really travelled, and none of them may be found in any of it.
 */
describe('the hunt for secrets', () => {
  /** What was printed, by where. */
  const printed = new Map<string, string>()
  const running: Running[] = []
  let proxy: RecordingProxy
  let folder: string

  beforeAll(async () => {
    folder = await makeSuiteFolder()
    const simulator = await simulate()
    running.push(simulator.process)
    const regions = [...simulator.process.printed.stdout.matchAll(/^ {2}\S.*?(http:\S+)$/gm)].map(([, url]) => url!)
    proxy = await startRecordingProxy([simulator.endpoint, ...regions])
    const env = accountEnvironment({ endpoint: proxy.endpoint, key: secretKey })
    await writeJourneys(folder)
    await control(simulator.control, '/set-replication-delay', {
      from: 'West Europe',
      to: 'North Europe',
      delay: { fixedMs: 700 },
    })

    const serve = start(['serve', '--listen', '127.0.0.1:0', '--provision', '--log-level', 'trace'], {
      env,
      cwd: folder,
    })
    const { address } = await serving(serve)
    await metricsWhere(
      address,
      'findings of several kinds',
      (series) =>
        sum(series, 'hopwatch_reads_total', { token: 'dropped' }) > 0 &&
        sum(series, 'hopwatch_reads_total', { token: 'lost' }) > 0 &&
        sum(series, 'hopwatch_reads_total', { verdict: 'failed' }) > 0 &&
        sum(series, 'hopwatch_reads_total', { token: 'intact' }) > 0,
    )
    await collectPages(address)
    await collectPage('control state', simulator.control, 'state')
    await collectPage('control journal', simulator.control, 'journal?limit=1000')

    const wrong = accountEnvironment({ endpoint: proxy.endpoint, key: wrongKey })
    const environments = [
      wrong,
      accountEnvironment({ endpoint: 'http://127.0.0.1:9/', key: secretKey }),
      { COSMOS_CONNECTION_STRING: `Endpoint=x;AccountKey=${secretKey}` },
      { ...env, COSMOS_KEY: `${secretKey}"` },
    ]
    await Promise.all([
      ...['table', 'json'].map((format) =>
        runToEnd(['check', '--runs', '2', '--format', format], { env, cwd: folder }),
      ),
      ...environments.map((mistaken) => runToEnd(['check'], { env: mistaken, cwd: folder })),
      runToEnd(['validate'], { cwd: folder }),
      runToEnd(['check', 'plain', '--runs', '2', '--format', 'junit', '--output', 'hopwatch.xml'], {
        env,
        cwd: folder,
      }),
      runToEnd(['doctor', '--url', address, '--bundle', 'evidence.json'], { env, cwd: folder }),
      runToEnd(['doctor', '--url', address, '--format', 'json', '--bundle', 'refused.json'], {
        env: wrong,
        cwd: folder,
      }),
    ])

    const refused = start(['serve', '--listen', '127.0.0.1:0', '--log-level', 'trace'], {
      env: { ...wrong, HOPWATCH_API_TOKEN: apiToken },
      cwd: folder,
    })
    const { address: ofRefused } = await serving(refused)
    for (const path of ['/readyz', '/', '/metrics']) await collectPage(`wrong key ${path}`, ofRefused, path)

    // The account goes while runs are under way, and the log says what became of them.
    await stop(simulator.process)
    await serve.says(/target is down/)
    await collectPages(address)
    for (const process of [serve, refused]) process.signal('SIGTERM')
    await Promise.all([serve.ended, refused.ended])
    await collectConfigurationMistake()
    await collectFiles()
    for (const [index, process] of running.entries()) {
      printed.set(`${index} ${process.child.spawnargs.slice(2).join(' ')}`, Object.values(process.printed).join('\n'))
    }
  }, 180_000)

  afterAll(async () => {
    await Promise.all(running.map(stop))
    await proxy.close()
    await removeFolder(folder)
  })

  test('the run was rich enough to prove something', () => {
    expect(proxy.seen.tokens.size).toBeGreaterThan(50)
    expect(proxy.seen.signatures.size).toBeGreaterThan(50)
    expect(printed.size).toBeGreaterThan(20)
    const everything = [...printed.values()].join('\n')
    for (const word of [
      '"level":"debug"',
      'silent-downgrade',
      'st:',
      'refused the credentials',
      'ECONNREFUSED',
      'pass  ',
      '"probeReads"',
      '"tokenReceived"',
      '<testsuites',
    ]) {
      expect(everything).toContain(word)
    }
  })

  test('no output holds a key, a token, a signature or a connection string', () => {
    expect(hunt(printed)).toEqual([])
  })

  test.each(['token', 'signature', 'key'] as const)('the hunt finds a %s that is there', (kind) => {
    const secret = {
      token: [...proxy.seen.tokens].at(-1),
      signature: [...proxy.seen.signatures].at(-1),
      key: secretKey,
    }
    const planted = new Map([...printed, ['planted', `{"note":"before ${secret[kind]} after"}`]])
    expect(hunt(planted)).toContainEqual(expect.stringMatching(/^planted: /))
  })

  /** Where a secret stands, without repeating it. */
  function hunt(outputs: ReadonlyMap<string, string>): string[] {
    const secrets: [string, Iterable<string>][] = [
      ['a session token', proxy.seen.tokens],
      ['a signature', proxy.seen.signatures],
      ['a key', [secretKey, wrongKey, apiToken].flatMap(formsOf)],
      ['an authorization header', ['type%3Dmaster', 'type=master']],
    ]
    return [...outputs].flatMap(([where, text]) =>
      secrets.flatMap(([kind, values]) =>
        [...values]
          .filter((value) => text.includes(value))
          .map((value) => `${where}: ${kind} of ${value.length} characters`),
      ),
    )
  }

  function start(args: readonly string[], options: LaunchOptions): Running {
    const process = hopwatch(args, options)
    running.push(process)
    return process
  }

  const runToEnd = (args: readonly string[], options: LaunchOptions) => start(args, options).ended

  async function collectPage(name: string, address: string, path: string, accept?: string): Promise<string> {
    const url = new URL(path, address)
    const { text } = await get(url.origin, `${url.pathname}${url.search}`, accept === undefined ? {} : { accept })
    const known = printed.get(name)
    printed.set(name, known === undefined ? text : `${known}\n${text}`)
    return text
  }

  async function collectPages(address: string): Promise<void> {
    expect(parseMetrics(await collectPage('metrics', address, '/metrics')).length).toBeGreaterThan(100)
    await collectPage('openmetrics', address, '/metrics', 'application/openmetrics-text; version=1.0.0')
    const paths = [
      '/',
      '/readyz',
      '/healthz',
      '/api/v1/scenarios',
      '/api/v1/runs?limit=200',
      '/api/v1/runs?scenario=no',
    ]
    for (const path of [...paths, '/api/v1/runs/no', '/nowhere']) await collectPage(path, address, path)
    const runs = await until('runs', async () => {
      const listed = await listRuns(address)
      return listed.length > 0 && listed
    })
    for (const { id } of runs) await collectPage('runs', address, `/api/v1/runs/${id}`)
  }

  async function collectConfigurationMistake(): Promise<void> {
    await writeConfiguration(folder, `targets:\n  a: { endpoint: "http://127.0.0.1:9/", key: "${secretKey}" }\n`)
    for (const command of ['serve', 'validate']) await runToEnd([command], { cwd: folder })
    // Our own mistake is no output of theirs.
    await writeConfiguration(folder, '')
  }

  async function collectFiles(): Promise<void> {
    for (const name of await readdir(folder, { recursive: true })) {
      const path = join(folder, name)
      if ((await stat(path)).isFile()) printed.set(`file ${name}`, await readFile(path, 'utf8'))
    }
  }
})

/** A secret as it is, as it stands in a URL, decoded, and the pieces that a cut message would leave. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret, 'base64').toString(),
  secret.slice(0, 20),
  secret.slice(-20),
]

/** Journeys whose tokens are lost, old, swapped, refused and dropped. */
async function writeJourneys(folder: string): Promise<void> {
  const carry = (faults: string) =>
    `[{ write: upsert, at: writer }, { carry: header, to: reader${faults} }, { read: point, at: reader }, { read: query, at: reader }]`
  const journeys: Record<string, Record<string, string>> = {
    plain: { hops: '{ writer: { region: West Europe }, reader: { region: West Europe } }' },
    dropped: { hops: otherRegion, journey: carry('') },
    refused: { hops: otherRegion.replace('North Europe', 'North Europe, retries: none') },
    damaged: { journey: carry(', faults: [{ token: older, share: 50% }, { token: swapped, share: 50% }]') },
    withheld: {
      hops: otherRegion.replace('North Europe', 'North Europe, client: per-operation'),
      arms: '{ propagated: {}, control: { share: 50%, token: lost } }',
    },
  }
  for (const [name, changes] of Object.entries(journeys)) {
    await writeScenario(folder, name, { every: '500ms', visibility: '{ within: 1s }', ...changes })
  }
}
