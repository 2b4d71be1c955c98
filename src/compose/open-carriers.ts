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

/**
 * Connects to the stores that the scenarios name, and later to the one that another scenario names. Rejects none that is down:
 * its carries will tell. Throws ConfigurationProblem for one that is not configured.
 */
export function openCarrierResources(
  scenarios: readonly Scenario[],
  { stores, dataDir }: CarrierSettings = usual,
  clock: Clock,
  releases: Releases,
): CarrierResources {
  const inMemory = new MemoryStore(clock)
  const open = new Map<string, RedisStore>()
  checkStores(scenarios, stores)
  const named = (name: string): RedisStore => {
    const known = open.get(name)
    if (known) return known
    const store = new RedisStore(stores.get(name)!)
    open.set(name, store)
    releases.add(`store ${name}`, () => store.close())
    return store
  }
  for (const [, name] of storesOf(scenarios)) named(name)
  const disk = new FileDisk(dataDir === undefined ? tmpdir() : join(dataDir, 'devices'), () => clock.wallMs())
  releases.add('devices', () => disk.close())
  return { store: (name) => (name === undefined ? inMemory : named(name)), disk }
}

/** Throws ConfigurationProblem when a scenario names a store that is not configured. */
export function checkStores(scenarios: readonly Scenario[], stores: ReadonlyMap<string, string>): void {
  const unknown = storesOf(scenarios).find(([, name]) => !stores.has(name))
  if (unknown) throw unknownStore(...unknown, [...stores.keys()])
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
