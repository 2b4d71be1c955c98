// biome-ignore-all lint/suspicious/noTemplateCurlyInString: values of a run in a scenario file
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeConfiguration, writeScenario } from './files.ts'
import { hostileAccount, hostileHop, hostileService, Planted, type Served } from './hostile.ts'
import { type Receiver, startReceiver } from './otlp-receiver.ts'
import { hopwatch, makeSuiteFolder, type Running, removeFolder, stop, until } from './process.ts'
import { get, listRuns, metricsWhere, serving, sum } from './service.ts'
import { accountEnvironment, secretKey, simulate } from './simulator.ts'

/** Everybody that hopwatch speaks to repeats secrets, wherever an answer has room for one; so do files and environment. */
describe('the hunt for secrets that others repeat', () => {
  const planted = new Planted()
  const printed = new Map<string, string>()
  const running: Running[] = []
  const served: Served[] = []
  let receiver: Receiver
  let folder: string

  beforeAll(async () => {
    folder = await makeSuiteFolder()
    const simulator = await simulate()
    running.push(simulator.process)
    const [account, service, hop] = await Promise.all([
      hostileAccount(simulator.endpoint, planted),
      hostileService(planted),
      hostileHop(planted),
    ])
    served.push(account, service, hop)
    receiver = await startReceiver()
    const apiToken = planted.word('HOPWATCH_API_TOKEN')
    const env = {
      ...accountEnvironment({ endpoint: `${account.url}/`, key: secretKey }),
      HOPWATCH_API_TOKEN: apiToken,
      HOPWATCH_HOP_TOKEN: planted.word('HOPWATCH_HOP_TOKEN'),
      REDIS_URL: `redis://user:${planted.word('the password of Redis')}@127.0.0.1:9/`,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${planted.word('OTEL_EXPORTER_OTLP_HEADERS')}`,
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
    }
    planted.secrets.set(secretKey, 'COSMOS_KEY')
    await writeFiles(service.url, hop.url)

    // `--provision`, because the containers are made through the same account.
    const serve = start(['serve', '--listen', '127.0.0.1:0', '--provision', '--log-level', 'trace'], env)
    const { address } = await serving(serve)
    await metricsWhere(
      address,
      'failures of every kind of partner',
      (series) =>
        sum(series, 'hopwatch_reads_total', { scenario: 'account', verdict: 'failed' }) > 3 &&
        sum(series, 'hopwatch_runs_total', { scenario: 'account' }) > 20 &&
        sum(series, 'hopwatch_runs_total', { scenario: 'service' }) > 8 &&
        sum(series, 'hopwatch_runs_total', { scenario: 'remote' }) > 6 &&
        sum(series, 'hopwatch_token_carries_total', { scenario: 'store' }) > 3,
      90_000,
    )
    await collectPages(address, apiToken)
    await Promise.all([
      ...['table', 'junit'].map((format) => end(['check', '--runs', '2', '--format', format], env)),
      end(['doctor', '--url', address, '--bundle', 'evidence.json'], env),
      end(['plan'], env),
      end(['rules'], env),
      end(['validate'], env),
    ])
    serve.signal('SIGTERM')
    await serve.ended
    await mistakes(env)
    for (const name of await readdir(folder)) {
      const path = join(folder, name)
      if ((await stat(path)).isFile() && name !== 'hopwatch.yaml')
        printed.set(`file ${name}`, await readFile(path, 'utf8'))
    }
    for (const [index, { child, printed: texts }] of running.entries()) {
      printed.set(`${index} ${child.spawnargs.slice(2).join(' ')}`, Object.values(texts).join('\n'))
    }
    for (const { path, body } of receiver.requests) {
      printed.set(`otlp ${path}`, `${printed.get(`otlp ${path}`) ?? ''}${body.toString('utf8')}`)
    }
  }, 240_000)

  afterAll(async () => {
    await Promise.all(running.map(stop))
    await Promise.all([...served, receiver].map((each) => each.close()))
    await removeFolder(folder)
  })

  test('there was enough to look at', () => {
    expect(planted.secrets.size).toBeGreaterThan(20)
    for (const path of ['/v1/traces', '/v1/metrics', '/v1/logs']) {
      expect((printed.get(`otlp ${path}`) ?? '').length, path).toBeGreaterThan(5000)
    }
    expect(Object.keys(Object.fromEntries(printed))).toEqual(
      expect.arrayContaining(['file evidence.json', 'metrics', '/', 'runs']),
    )
    const everything = [...printed.values()].join('\n')
    // The partners were heard: what they said is there, without what it held.
    for (const word of ['failed with', 'removed]', 'hopwatch_reads_total', 'remote: hop reader: '])
      expect(everything).toContain(word)
  })

  test.each(['check --runs', 'doctor', 'plan', 'rules', 'validate', 'serve'])('%s had something to say', (command) => {
    const said = [...printed].filter(([name]) => name.includes(` ${command}`)).map(([, text]) => text)
    expect(said.length).toBeGreaterThan(0)
    for (const text of said) {
      expect(text.length).toBeGreaterThan(20)
      expect(text).not.toContain('defect of its own')
    }
  })

  test('nothing that was planted is in any of it', () => {
    const found = [...printed].flatMap(([output, text]) =>
      [...planted.secrets].flatMap(([secret, where]) =>
        text.includes(secret) ? [`${output} holds what was planted in ${where}`] : [],
      ),
    )
    expect([...new Set(found)]).toEqual([])
  })

  function start(args: readonly string[], env: Readonly<Record<string, string>>): Running {
    const process = hopwatch(args, { env, cwd: folder })
    running.push(process)
    return process
  }

  const end = (args: readonly string[], env: Readonly<Record<string, string>>) => start(args, env).ended

  async function collectPages(address: string, apiToken: string): Promise<void> {
    const note = (name: string, text: string) => void printed.set(name, `${printed.get(name) ?? ''}${text}\n`)
    for (const path of ['/', '/readyz', '/api/v1/scenarios', '/api/v1/runs?limit=200', '/api/v1/runs/none']) {
      note(path, (await get(address, path)).text)
    }
    note('metrics', (await get(address, '/metrics')).text)
    note('openmetrics', (await get(address, '/metrics', { accept: 'application/openmetrics-text' })).text)
    for (const path of [`/${planted.word('a path')}`, `/api/v1/runs?scenario=${planted.word('a query')}`]) {
      note('refused', (await get(address, path)).text.replaceAll(path, ''))
    }
    const runs = await until('runs', async () => {
      const listed = await listRuns(address)
      return listed.length > 20 && listed
    })
    for (const { id } of runs) note('runs', (await get(address, `/api/v1/runs/${id}`)).text)
    const answer = await fetch(`${address}/api/v1/scenarios/account/run`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiToken}`, connection: 'close' },
    })
    note('run now', await answer.text())
  }

  /** Secrets where none belongs. */
  async function mistakes(env: Readonly<Record<string, string>>): Promise<void> {
    const sentence = planted.sentence('a scenario file')
    const files: Record<string, Record<string, string>> = {
      about: { about: JSON.stringify(sentence) },
      url: { hops: `{ writer: { endpoint: "http://u:${planted.word('a URL')}@127.0.0.1/" }, reader: {} }` },
      region: { hops: `{ writer: { region: ${JSON.stringify(sentence)} }, reader: {} }` },
      variable: { every: '"${COSMOS_KEY}"' },
    }
    for (const [name, changes] of Object.entries(files)) await writeScenario(folder, name, changes)
    await end(['validate'], env)
    await end(['check', '--runs', '1'], env)
    await writeConfiguration(
      folder,
      `targets: { a: { endpoint: "https://x/?sig=${planted.word('a query of a target')}", key: ${JSON.stringify(sentence)} } }\n`,
    )
    await end(['validate'], env)
    await end(['check', '--endpoint', `http://user:${planted.word('--endpoint')}@127.0.0.1:9/`], env)
    await end(['serve'], {
      ...env,
      HOPWATCH_API_TOKEN: `${planted.word('a token with a space')} x`,
      HOPWATCH_LISTEN: '0.0.0.0:0',
    })
  }

  async function writeFiles(service: string, hop: string): Promise<void> {
    await writeConfiguration(folder, 'stores: { sessions: { urlFrom: REDIS_URL } }\n')
    await writeScenario(folder, 'account', {
      visibility: '{ within: 500ms }',
      arms: '{ propagated: {}, control: { share: 30%, token: lost } }',
    })
    await writeScenario(folder, 'store', {
      visibility: '{ within: 500ms }',

      journey:
        '[{ write: upsert, at: writer }, { carry: store, store: sessions, to: reader }, { read: point, at: reader }]',
    })
    await writeScenario(folder, 'remote', {
      visibility: '{ within: 500ms }',

      hops: `{ writer: {}, reader: { url: "${hop}/way", region: West Europe } }`,
    })
    await writeScenario(folder, 'service', {
      visibility: '{ within: 500ms }',

      hops: `{ portal: { endpoint: "${service}" } }`,
      journey:
        '[{ request: { method: PUT, url: "/x/${run.key}", body: { version: "${run.version}" } }, at: portal, does: write }, { request: { url: "/x/${run.key}" }, at: portal, does: read, version: { pointer: /version } }]',
    })
  }
})
