import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Releases } from '../../src/base/release.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { startChild } from './child.ts'
import { startGateway } from './gateway.ts'
import { startAlertmanager, startPrometheus } from './monitoring.ts'
import { startWebhook, type Webhook } from './webhook.ts'

/** What the gateway will lose, and by which labels an alert has to name it. */
export const lossyCarry = { scenario: 'checkout', from: 'orders', to: 'receipts', carrier: 'cookie' } as const

export interface RegressionDemoOptions {
  /** Scenario files or directories that run beside it. */
  readonly besides?: readonly string[]
}

export interface FiringAlert {
  readonly name: string
  readonly state: 'pending' | 'firing'
  readonly labels: Readonly<Record<string, string>>
}

/** Everything at work: account, hops behind gateways, hopwatch, Prometheus, Alertmanager and a webhook, all on loopback. */
export interface RegressionDemo {
  readonly hopwatchUrl: string
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
  readonly notifications: Webhook['received']
  /** From now on the gateway before the receipts drops the cookie of this share of the users; 0: of nobody. */
  loseTokens(share: number): void
  /** What Prometheus holds to be wrong. */
  alerts(): Promise<readonly FiringAlert[]>
  /** The value of an expression that has one; undefined: it has none. */
  query(expression: string): Promise<number | undefined>
  close(): Promise<void>
}

const main = join(import.meta.dirname, '../../src/main.ts')
const regions = ['West Europe', 'North Europe', 'East US']
/** A write takes about this long to the other regions: long enough for a read without its token to be stale. */
const replication = { medianMs: 60, sigma: 0.3 }

/** Starts it all; whoever starts it closes it. */
export async function startRegressionDemo({ besides = [] }: RegressionDemoOptions = {}): Promise<RegressionDemo> {
  const releases = new Releases()
  const close = async () => {
    await releases.close()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'hopwatch-regression-'))
    const removeFolder = () => rmSync(folder, { recursive: true, force: true })
    process.once('exit', removeFolder)
    releases.add('folder', () => {
      process.off('exit', removeFolder)
      removeFolder()
    })
    const simulator = await startSimulator({ regions, replication })
    releases.add('simulator', () => simulator.close())
    const inherited = Object.entries(process.env).filter(([name]) => !/^(HOPWATCH|COSMOS|AZURE|OTEL)_/.test(name))
    const account = { COSMOS_ENDPOINT: simulator.endpoint, COSMOS_KEY: simulator.key }
    const env: NodeJS.ProcessEnv = { ...Object.fromEntries(inherited), ...account, NO_COLOR: '1' }
    const start = async (args: readonly string[], ready: RegExp) => {
      const child = await startChild(process.execPath, [main, ...args], ready, env)
      releases.add(args[0] ?? 'hopwatch', () => child.stop())
      return child.said[1] ?? ''
    }
    const startHop = () => start(['hop', '--listen', '127.0.0.1:0'], /a hop at (http\S+)\/ /)
    const [orders, receipts] = await Promise.all([startHop(), startHop()])
    const gateway = await startGateway({ orders, receipts })
    releases.add('gateway', () => gateway.close())
    env.GATEWAY_URL = gateway.url

    const configuration = join(folder, 'hopwatch.yaml')
    const scenarios = [join(import.meta.dirname, 'checkout.yaml'), ...besides]
    await writeFile(configuration, `scenarios: ${JSON.stringify(scenarios)}\n`)
    const rulesFile = join(folder, 'alerts.yaml')
    await promisify(execFile)(process.execPath, [main, 'rules', '--config', configuration, '--output', rulesFile], {
      env,
    })
    const hopwatchUrl = await start(
      ['serve', '--listen', '127.0.0.1:0', '--config', configuration, '--provision', '--data-dir', folder],
      /Status page\s+(http:\S+?)\/\s/,
    )
    const webhook = await startWebhook()
    releases.add('webhook', () => webhook.close())
    const alertmanager = await startAlertmanager(folder, webhook.url)
    releases.add('alertmanager', () => alertmanager.stop())
    const prometheus = await startPrometheus({ folder, rulesFile, hopwatchUrl, alertmanagerUrl: alertmanager.url })
    releases.add('prometheus', () => prometheus.stop())

    const ask = async <T>(path: string): Promise<T> =>
      ((await (await fetch(`${prometheus.url}/api/v1/${path}`)).json()) as { data: T }).data
    return {
      hopwatchUrl,
      prometheusUrl: prometheus.url,
      alertmanagerUrl: alertmanager.url,
      notifications: webhook.received,
      loseTokens: (share) =>
        gateway.deploy(share === 0 ? undefined : { service: lossyCarry.to, dropsHeader: lossyCarry.carrier, share }),
      alerts: async () => {
        const { alerts } = await ask<{ alerts: readonly Omit<FiringAlert, 'name'>[] }>('alerts')
        return alerts.map(({ labels, state }) => ({ name: labels.alertname ?? '', labels, state }))
      },
      query: async (expression) => {
        const path = `query?query=${encodeURIComponent(expression)}`
        const { result } = await ask<{ result: readonly { value: readonly [number, string] }[] }>(path)
        return result[0] && Number(result[0].value[1])
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Asks every quarter of a second; undefined when the time is over first. */
export async function waitFor<T>(withinMs: number, ask: () => T | undefined | Promise<T | undefined>) {
  const endMs = performance.now() + withinMs
  while (performance.now() < endMs) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(250)
  }
  return undefined
}
