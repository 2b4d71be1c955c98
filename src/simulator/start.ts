import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { type Clock, systemClock } from '../base/clock.ts'
import { type Random, seededRandom } from '../base/random.ts'
import { Releases } from '../base/release.ts'
import { SimulatedAccount } from './account.ts'
import { listenControl } from './control.ts'
import { controlOf, type SimulatorControl } from './control-calls.ts'
import { type SimulatorOptions, withDefaults } from './options.ts'
import { authorizeWith } from './wire/auth.ts'
import { type Endpoint, listenForCalls } from './wire/server.ts'
import { callsTo, type WireService } from './wire/service.ts'

export interface StartOptions extends SimulatorOptions {
  /** The account's key in base64. Default: a fresh one, so that nothing else on the machine can guess it. */
  readonly key?: string
  /** Address to listen on. Default: 127.0.0.1. */
  readonly host?: string
  /** Ports of the account's endpoint, of the regions' endpoints in the order of `regions`, and of the control endpoint. Default: any free ones. */
  readonly ports?: { readonly account?: number; readonly regions?: readonly number[]; readonly control?: number }
  /** Seeds replication delays and the choice of replicas. Default: a fresh seed. */
  readonly seed?: number | string
  /** How long a request may take to arrive before its client is cut. Default: 30000. */
  readonly requestArrivalMs?: number
}

/** A running simulator, wherever it runs: how to reach it. */
export interface SimulatorAddress {
  /** The account's endpoint, which `GET /` answers at even when a region is offline. */
  readonly endpoint: string
  /** Region name → its endpoint; of regions that are added later `addRegion` tells it. */
  readonly regionalEndpoints: Readonly<Record<string, string>>
  readonly controlEndpoint: string
  readonly key: string
  readonly connectionString: string
}

export interface Simulator extends SimulatorAddress, SimulatorControl {
  /** The core itself, for oracles in the same process. */
  readonly account: SimulatedAccount
  /** Cuts all connections and frees the ports. What was stored is gone. */
  close(): Promise<void>
}

export interface StartSurroundings {
  readonly clock?: Clock
  readonly random?: Random
  /** Told of a defect of the simulator, which the client sees as 500. Default: a line on stderr. */
  readonly onDefect?: (error: unknown) => void
}

/** Starts the embedded Cosmos DB in this process. Rejects when a port is taken or an option is wrong. */
export async function startSimulator(
  options: StartOptions = {},
  surroundings: StartSurroundings = {},
): Promise<Simulator> {
  const {
    key = randomBytes(64).toString('base64'),
    host = '127.0.0.1',
    ports = {},
    seed,
    requestArrivalMs,
    ...accountOptions
  } = options
  const clock = surroundings.clock ?? systemClock
  const settings = withDefaults({ ...accountOptions, wallOriginMs: clock.wallMs() - clock.nowMs() })
  const random = surroundings.random ?? seededRandom(seed ?? randomBytes(8).toString('hex'))
  const account = new SimulatedAccount(settings, random)
  const nowMs = () => clock.nowMs()

  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const endpoints: Record<string, string> = {}
  const service: WireService = {
    account,
    authorize: authorizeWith(key),
    clock,
    facts: {
      id: accountId,
      consistency: settings.consistency,
      boundedStaleness: settings.boundedStaleness,
      multipleWriteLocations: settings.multipleWriteLocations,
      endpoints,
    },
    closing: closing.signal,
    onDefect: surroundings.onDefect ?? reportDefect,
  }
  const releases = new Releases()
  const open = async (name: string, opening: Promise<Endpoint>): Promise<Endpoint> => {
    const endpoint = await opening
    releases.add(name, () => endpoint.close())
    return endpoint
  }
  const close = async () => {
    closing.abort()
    await releases.close()
  }
  try {
    const openRegion = async (region: string, port = 0): Promise<string> => {
      endpoints[region] ??= (
        await open(region, listenForCalls(callsTo(service, region), host, port, requestArrivalMs))
      ).url
      return endpoints[region]
    }
    for (const [index, region] of settings.regions.entries()) await openRegion(region, ports.regions?.[index])
    const global = await open(
      'account',
      listenForCalls(callsTo(service, undefined), host, ports.account ?? 0, requestArrivalMs),
    )
    const control = controlOf(account, nowMs, openRegion)
    const controlEndpoint = await open('control', listenControl(control, host, ports.control ?? 0, requestArrivalMs))
    return {
      endpoint: global.url,
      regionalEndpoints: endpoints,
      controlEndpoint: controlEndpoint.url,
      key,
      connectionString: `AccountEndpoint=${global.url};AccountKey=${key};`,
      account,
      ...control,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const accountId = 'hopwatch-simulator'

function reportDefect(error: unknown): void {
  const { name, message } = error instanceof Error ? error : { name: 'error', message: 'unknown' }
  process.stderr.write(`simulator: a request failed with ${name}: ${message}\n`)
}
