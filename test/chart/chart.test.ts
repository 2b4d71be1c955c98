import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { parseConfiguration } from '../../src/scenario/configuration.ts'
import { parseShard } from '../../src/schedule/shard.ts'
import { root, runHopwatch } from '../e2e/process.ts'
import { chart, hasHelm, helms, lint, type Manifest, manifestsIn, refusal, render } from './helm.ts'
import { unknownFields, violations } from './types.ts'

test.runIf(process.env.HOPWATCH_REQUIRE_ALL_TESTS)('Helm is installed', () => expect(hasHelm).toBe(true))

const values = join(root, 'test/chart/values')
const cases = readdirSync(values).map((file) => [basename(file, '.yaml'), join(values, file)] as const)

interface Pod {
  readonly serviceAccountName: string
  readonly automountServiceAccountToken: boolean
  readonly securityContext: Record<string, unknown>
  readonly containers: readonly {
    readonly name: string
    readonly image: string
    readonly args: readonly string[]
    readonly env: readonly {
      name: string
      value?: string
      valueFrom?: { secretKeyRef?: { name: string; key: string } }
    }[]
    readonly ports?: readonly { name: string; containerPort: number }[]
    readonly securityContext: Record<string, unknown>
  }[]
}
interface Workload {
  readonly template?: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: Pod }
  readonly selector?: { readonly matchLabels: Record<string, string> }
}

const podsOf = (manifests: readonly Manifest[]): { name: string; labels: Record<string, string>; pod: Pod }[] =>
  manifests.flatMap(({ kind, metadata, spec }) => {
    if (kind === 'Pod') return [{ name: metadata.name, labels: metadata.labels ?? {}, pod: spec as unknown as Pod }]
    const template = (spec as Workload | undefined)?.template
    return template ? [{ name: metadata.name, labels: template.metadata.labels, pod: template.spec }] : []
  })
const ofKind = (manifests: readonly Manifest[], kind: string) => manifests.filter((each) => each.kind === kind)
const isWithin = (part: Record<string, string>, whole: Record<string, string>) =>
  Object.entries(part).every(([key, value]) => whole[key] === value)

describe.skipIf(!hasHelm)('the chart', () => {
  describe.each(cases)('with %s', (_, file) => {
    const text = hasHelm ? render('helm4', '--values', file) : ''
    const manifests = manifestsIn(text)
    const pods = podsOf(manifests)

    test.each(helms)('lints by %s', (helm) => expect(lint(helm, file)).toBeUndefined())
    test('is the same from Helm 3 and Helm 4', () => expect(render('helm3', '--values', file)).toBe(text))
    test('is what Kubernetes takes', async () => {
      expect((await Promise.all(manifests.map(violations))).flat()).toEqual([])
    })

    test('runs under restricted Pod Security', () => {
      expect(pods.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringMatching(/-check$/)]))
      for (const { pod } of pods) {
        expect(pod.automountServiceAccountToken).toBe(false)
        expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
        for (const { securityContext } of pod.containers) {
          expect(securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          })
        }
      }
    })

    test('holds no secret, and takes each from a key of one', () => {
      expect(ofKind(manifests, 'Secret')).toEqual([])
      const secret = /KEY$|CONNECTION_STRING$|TOKEN$|REDIS_URL/
      const variables = pods.flatMap(({ pod }) => pod.containers.flatMap(({ env }) => env))
      for (const { name, value, valueFrom } of variables.filter(({ name }) => secret.test(name))) {
        expect(value, name).toBeUndefined()
        expect(valueFrom?.secretKeyRef, name).toEqual({
          name: expect.stringMatching(/./),
          key: expect.stringMatching(/./),
        })
      }
    })

    test('selects pods that there are, by ports that they have', () => {
      for (const { kind, metadata, spec } of manifests) {
        const selector =
          kind === 'Service' ? (spec?.selector as Record<string, string>) : (spec as Workload)?.selector?.matchLabels
        if (selector === undefined) continue
        const meant =
          kind === 'ServiceMonitor'
            ? ofKind(manifests, 'Service').map((each) => each.metadata.labels ?? {})
            : pods.map(({ labels }) => labels)
        expect(
          meant.filter((labels) => isWithin(selector, labels)),
          `${kind} ${metadata.name}`,
        ).toHaveLength(1)
      }
      for (const { spec } of ofKind(manifests, 'Service')) {
        const { pod } = pods.find(({ labels }) => isWithin(spec?.selector as Record<string, string>, labels))!
        const ports = pod.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name))
        for (const { targetPort } of (spec?.ports ?? []) as { targetPort: string }[])
          expect(ports).toContain(targetPort)
      }
    })

    test('has a configuration that hopwatch understands', () => {
      for (const { data } of ofKind(manifests, 'ConfigMap').filter(({ metadata }) =>
        metadata.name.endsWith('-config'),
      )) {
        expect(parseConfiguration(data!['hopwatch.yaml']!, { file: 'hopwatch.yaml', env: {} }).problems).toBeUndefined()
      }
    })
  })

  test('has no field that Kubernetes would drop without a word', () => {
    const all = cases.flatMap(([, file]) => manifestsIn(render('helm4', '--values', file)))
    expect(unknownFields(all)).toEqual([])
    const misspelt = all.map((each) => ({
      ...each,
      ...(each.kind === 'StatefulSet' && { spec: { ...each.spec, replica: 1 } }),
    }))
    expect(unknownFields(misspelt).length).toBeGreaterThan(0)
  }, 120_000)

  test('sets variables that the command it starts reads', async () => {
    const help = new Map<string, string>()
    for (const command of ['serve', 'hop', 'check']) help.set(command, (await runHopwatch([command, '--help'])).stdout)
    // Read without an option, as secrets are.
    const secrets = ['COSMOS_KEY', 'COSMOS_CONNECTION_STRING', 'HOPWATCH_API_TOKEN', 'HOPWATCH_HOP_TOKEN']
    for (const [name, file] of cases) {
      for (const { pod } of podsOf(manifestsIn(render('helm4', '--values', file)))) {
        const { args, env } = pod.containers[0]!
        for (const variable of env.filter(
          (each) => /^(HOPWATCH|COSMOS)_/.test(each.name) && !secrets.includes(each.name),
        )) {
          expect(help.get(args[0]!)!.replaceAll(/\s+/g, ' '), `${name}: ${args[0]}`).toContain(`env: ${variable.name}`)
        }
      }
    }
  })

  test('installs the scenarios, rules and dashboards of the repository, byte for byte', () => {
    const text = render('helm4', '--values', join(values, 'account-key.yaml'))
    const manifests = manifestsIn(text)
    const configMaps = ofKind(manifests, 'ConfigMap')
    const original = (path: string) => readFileSync(join(root, path), 'utf8')
    const scenarios = configMaps.find(({ metadata }) => metadata.name.endsWith('-scenarios'))?.data ?? {}
    const shipped = readdirSync(join(root, 'scenarios')).filter((file) => file.endsWith('.yaml'))
    expect(Object.keys(scenarios).toSorted()).toEqual(shipped.toSorted())
    for (const file of shipped) expect(scenarios[file], file).toBe(original(`scenarios/${file}`))

    const boards = Object.assign(
      {},
      ...configMaps.filter(({ metadata }) => metadata.name.includes('-dashboard-')).map(({ data }) => data),
    ) as Record<string, string>
    const drawn = readdirSync(join(root, 'dashboards')).filter((file) => file.endsWith('.json'))
    expect(Object.keys(boards).toSorted()).toEqual(drawn.toSorted())
    for (const file of drawn) expect(boards[file], file).toBe(original(`dashboards/${file}`))

    const document = text.split(/^---$/m).find((part) => part.includes('kind: PrometheusRule'))!
    const indented = document.slice(document.indexOf('\nspec:\n') + '\nspec:\n'.length)
    expect(`${indented.replaceAll(/^ {2}/gm, '').trimEnd()}\n`.replace(/^\s*\n/, '')).toBe(
      original('dashboards/alerts.yaml'),
    )
  })

  test('numbers the shards by the names of their pods', () => {
    const manifests = manifestsIn(render('helm4', '--values', join(values, 'shards-and-hops.yaml')))
    const [set] = ofKind(manifests, 'StatefulSet')
    const { pod } = podsOf([set!])[0]!
    const shard = pod.containers[0]!.env.find(({ name }) => name === 'HOPWATCH_SHARD')?.value
    expect(set?.spec?.replicas).toBe(3)
    for (const ordinal of [0, 1, 2])
      expect(parseShard(shard!, `${set!.metadata.name}-${ordinal}`)).toEqual({ index: ordinal, count: 3 })
  })

  const account = [
    '--set',
    'account.endpoint=https://a.documents.azure.com,apiToken.secret.name=a,apiToken.secret.key=b',
  ]
  const bad: [value: string, args: string[]][] = [
    ['shards', ['--set', 'shards=0']],
    ['acount', ['--set', 'acount.endpoint=x']],
    ['endpoint', ['--set', 'account.endpoint=my-account']],
    ['keySecret', ['--set', 'account.keySecret.value=abc']],
    ['logLevel', ['--set', 'logLevel=loud']],
    ['digest', ['--set', 'image.digest=latest']],
    ['kind', ['--set', 'monitor.kind=Prometheus']],
    ['budget', ['--set', 'budget=200']],
    ['runAsUser', ['--set', 'runAsUser=0']],
    ['containers', [...account, '--set', 'hops[0].name=a,hops[0].region=b,hops[0].containers[0]=orders']],
    ['Checkout', ['--set', 'scenarios.files.Checkout=x']],
    ['apiToken.secret.name', ['--set', 'account.endpoint=https://a.documents.azure.com']],
    ['apiToken.secret.key', ['--set', 'apiToken.secret.name=a']],
    [
      'account.connectionStringSecret',
      [
        ...account,
        '--set',
        'account.keySecret.name=a,account.keySecret.key=a,account.connectionStringSecret.name=b,account.connectionStringSecret.key=b',
      ],
    ],
    ['account.endpoint', ['--set', 'account.keySecret.name=a,account.keySecret.key=a']],
    ['workloadIdentity.clientId', ['--set', 'workloadIdentity.enabled=true']],
    ['scenarios.existingConfigMap', ['--set', 'scenarios.existingConfigMap=a,scenarios.files.a\\.yaml=b']],
    ['account.endpoint', ['--set', 'hops[0].name=a,hops[0].region=b,hops[0].containers[0]=d/c']],
    ['hopToken.secret.name', [...account, '--set', 'hops[0].name=a,hops[0].region=b,hops[0].containers[0]=d/c']],
    ['COSMOS_KEY', ['--set', 'extraEnv[0].name=COSMOS_KEY,extraEnv[0].value=abc']],
    [
      'MY_KEY',
      [
        '--set',
        'config.targets.a.keyFrom=MY_KEY,allowUnauthenticated=true,extraEnv[0].name=MY_KEY,extraEnv[0].value=abc',
      ],
    ],
    ['REDIS_URL', ['--set', 'config.stores.a.urlFrom=REDIS_URL,extraEnv[0].name=REDIS_URL,extraEnv[0].value=abc']],
    ['fullnameOverride', ['--set-string', 'fullnameOverride=123']],
    ['hops', [...account, '--set', 'hops[0].name=a234567890123456789,hops[0].region=b,hops[0].containers[0]=d/c']],
  ]
  test.each(bad)('a bad value is refused, and named: %s %j', (value, args) => {
    for (const helm of helms) expect(refusal(helm, ...args), helm).toContain(value)
  })
})

describe('the values of the chart', () => {
  interface Schema {
    readonly description?: string
    readonly properties?: Readonly<Record<string, Schema>>
    readonly additionalProperties?: unknown
  }
  const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Schema
  const defaults = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Record<string, unknown>

  test('are each in the schema, explained, with a default', () => {
    const check = (path: string, { properties, description }: Schema, value: unknown) => {
      if (path !== '') expect(description, path).toMatch(/\.$/)
      if (path !== '' && path !== 'global') expect(value, path).toBeDefined()
      for (const [key, child] of Object.entries(properties ?? {})) {
        check(path === '' ? key : `${path}.${key}`, child, (value as Record<string, unknown>)[key])
      }
      if (properties)
        for (const key of Object.keys(value as object)) expect(Object.keys(properties), path).toContain(key)
    }
    check('', schema, defaults)
  })

  test('the chart has the version of what it installs', () => {
    expect(parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8'))).toMatchObject({
      version: manifest.version,
      appVersion: manifest.version,
    })
  })
})
