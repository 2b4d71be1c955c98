import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { ConfigurationProblem } from '../base/configuration-problem.ts'
import type { Releases } from '../base/release.ts'
import { allSteps, type Scenario } from '../domain/scenario.ts'
import type { CarrierResources } from '../run/carriers/carrier.ts'
import { FileDisk } from '../run/device-disk.ts'
import { MemoryStore } from '../run/stores/memory-store.ts'
import { RedisStore } from '../run/stores/redis-store.ts'

export interface CarrierSettings {
  /** URLs of Redis servers, passwords included, by the name that scenarios use. */
  readonly stores: ReadonlyMap<string, string>
  /** Where devices keep their files; undefined: the system's directory for temporary files. */
  readonly dataDir: string | undefined
}

const usual: CarrierSettings = { stores: new Map(), dataDir: undefined }

/** Connects to the stores that the scenarios name. Rejects none that is down: its carries will tell. */
export function openCarrierResources(
  scenarios: readonly Scenario[],
  { stores, dataDir }: CarrierSettings = usual,
  clock: Clock,
  releases: Releases,
): CarrierResources {
  const inMemory = new MemoryStore(clock)
  const open = new Map<string, RedisStore>()
  for (const [scenario, name] of storesOf(scenarios)) {
    const url = stores.get(name)
    if (url === undefined) throw unknownStore(scenario, name, [...stores.keys()])
    if (open.has(name)) continue
    const store = new RedisStore(url)
    open.set(name, store)
    releases.add(`store ${name}`, () => store.close())
  }
  const disk = new FileDisk(dataDir === undefined ? tmpdir() : join(dataDir, 'devices'), () => clock.wallMs())
  releases.add('devices', () => disk.close())
  return { store: (name) => (name === undefined ? inMemory : open.get(name)!), disk }
}

const storesOf = (scenarios: readonly Scenario[]): [scenario: string, store: string][] =>
  scenarios.flatMap(({ name, journey }) =>
    allSteps(journey).flatMap((step): [string, string][] =>
      step.kind === 'carry' && step.options?.store !== undefined ? [[name, step.options.store]] : [],
    ),
  )

const unknownStore = (scenario: string, store: string, known: readonly string[]): ConfigurationProblem =>
  new ConfigurationProblem(
    `scenario "${scenario}" names the store "${store}", which is not configured`,
    `${known.length === 0 ? '' : `write one of ${known.join(', ')} at its "store", or `}add it under "stores" in hopwatch.yaml`,
  )
