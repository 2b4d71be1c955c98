import type { Clock } from '../base/clock.ts'
import { ConfigurationProblem } from '../base/configuration-problem.ts'
import { isLoopback } from '../base/loopback.ts'
import { Releases } from '../base/release.ts'
import { createTarget, type TargetOptions } from '../cosmos/target.ts'
import { startHopServer } from '../http/hop-server.ts'
import type { Logger } from '../publish/logger.ts'
import type { Telemetry } from '../publish/otel/start-telemetry.ts'
import type { HopAnswer } from '../run/hop.ts'
import { cosmosHop } from '../run/hops/cosmos.ts'
import { HopStores } from './hop-stores.ts'
import { closeTelemetry } from './open-telemetry.ts'

export interface HopSettings {
  readonly listen: { readonly host: string; readonly port: number }
  readonly hopToken: string | undefined
  readonly containers: readonly string[] | undefined
  /** The account that this hop speaks to. */
  readonly target: TargetOptions
  readonly version: string
}

export interface HopSurroundings {
  readonly clock: Clock
  readonly logger: Logger
  /** Undefined: OpenTelemetry is off. */
  readonly telemetry?: Telemetry | undefined
}

export interface HopService {
  readonly address: string
  /** False: as `Service.drain`. */
  drain(graceMs: number): Promise<boolean>
}

/** Serves a hop. The account need not answer yet. Throws ConfigurationProblem or TargetProblem for what can never work. */
export async function startHop(
  settings: HopSettings,
  { clock, logger, telemetry }: HopSurroundings,
): Promise<HopService> {
  if (settings.containers === undefined && !isLoopback(settings.listen.host)) {
    throw new ConfigurationProblem(
      'nothing says which containers this hop is for, and it is reachable from other machines',
      'name them with --containers, for example --containers travel/itineraries',
    )
  }
  const releases = new Releases()
  try {
    const { name, secretFrom } = settings.target
    const onNewKey = () => logger.info({ target: name, from: secretFrom }, 'requests are signed with a new key')
    const target = createTarget(settings.target, { clock, onNewKey })
    releases.add('target', () => target.close())
    const stores = new HopStores(target)
    const http = await startHopServer({
      ...settings,
      self: `hopwatch ${settings.version}`,
      logger,
      traces: telemetry?.hopTraces,
      account: () => target.fingerprints(),
      execute: async (call, sessionToken, signal): Promise<HopAnswer> =>
        cosmosHop(call.hop, stores.of(call), clock).execute(
          call.operation,
          { sessionToken, consistency: call.consistency },
          signal,
        ),
    })
    return {
      address: http.address,
      drain: async (graceMs) => {
        const startedAtMs = clock.nowMs()
        await http.close(graceMs)
        const isSent = await closeTelemetry(telemetry, graceMs - (clock.nowMs() - startedAtMs))
        for (const { name, error } of await releases.close())
          logger.error({ part: name, err: error }, 'did not stop cleanly')
        return isSent
      },
    }
  } catch (error) {
    await releases.close()
    throw error
  }
}
