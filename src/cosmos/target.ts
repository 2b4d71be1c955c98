import type { Clock } from '../base/clock.ts'
import type { DocumentStore } from '../domain/document-store.ts'
import type { HopDeclaration } from '../domain/scenario.ts'
import { readAccess, type TargetOptions } from './access.ts'
import type { AccountEvidence } from './account-evidence.ts'
import { AccountLink } from './account-link.ts'
import { ClientPool, type StoreScope } from './client-pool.ts'
import { CosmosDocumentStore } from './document-store.ts'
import { type ContainerEvidence, type ContainerNeed, ensureContainer, type ProvisionOptions } from './provisioning.ts'
import { RangeAncestry } from './range-ancestry.ts'
import type { TargetProblem } from './target-problem.ts'

/** One Cosmos DB account, with one connection pool for all its clients. */
export interface Target {
  readonly name: string
  /**
   * The hop's way to the scenario's container. Sends nothing yet. The hop's client lives until `closeStores`; a hop with
   * `{shared}` uses the other hop's client, with that hop's region and retries.
   */
  openStore(hop: HopDeclaration, scope: StoreScope): DocumentStore
  /** Forgets the scenario's clients and the session tokens that they remember. */
  closeStores(scenario: string): void
  /** Asks the account (`GET /`, within 5 s). Rejects with `TargetProblem`. */
  account(): Promise<AccountEvidence>
  /** Which account it is, as it said last (`AccountEvidence.fingerprints`); empty before it has answered. Sends nothing. */
  fingerprints(): readonly string[]
  /** Asks likewise, but never rejects: undefined when the account answered. */
  ping(): Promise<TargetProblem | undefined>
  /**
   * Reads the account's key where it came from, as happens besides after a 401, at most every 5 s. Rejects with `TargetProblem`, and goes on
   * with the former key, when what is there is no key.
   */
  readKeyAnew(): Promise<void>
  /** Rejects with `TargetProblem` when a hop names a region that the account lacks. */
  checkRegions(hops: readonly HopDeclaration[]): Promise<void>
  /** Finds the container, or makes it when `provision` allows. Rejects with `TargetProblem`. */
  ensureContainer(need: ContainerNeed, options: ProvisionOptions): Promise<ContainerEvidence>
  /** Disposes of all clients and cuts their connections. Operations under way fail. */
  close(): Promise<void>
}

export interface TargetSurroundings {
  readonly clock: Clock
  /** The account's key was read anew (`TargetOptions.readKey`) and is another one, with which all clients sign from now on. */
  readonly onNewKey?: () => void
}

/** Sends nothing yet. Throws `TargetProblem` when the options cannot be right. */
export function createTarget(options: TargetOptions, { clock, onNewKey }: TargetSurroundings): Target {
  const link = new AccountLink(options, readAccess(options), clock, onNewKey)
  const clients = new ClientPool(link)
  const ancestries = new Map<string, RangeAncestry>()
  const ancestryOf = ({ container }: StoreScope): RangeAncestry => {
    const key = JSON.stringify([container.database, container.container])
    const ancestry = ancestries.get(key) ?? new RangeAncestry(link, clock, container)
    ancestries.set(key, ancestry)
    return ancestry
  }
  return {
    name: options.name,
    openStore: (hop, scope) =>
      new CosmosDocumentStore(clients.slot(hop, scope), scope, link.tap, clock, ancestryOf(scope)),
    closeStores: (scenario) => clients.closeScenario(scenario),
    account: () => link.refresh(),
    fingerprints: () => link.fingerprints,
    ping: () => link.ping(),
    readKeyAnew: () => link.readKeyAnew(),
    checkRegions: (hops) => link.checkRegions(hops),
    ensureContainer: async (need, provision) =>
      ensureContainer(await link.adminClient(), link.endpoint, need, provision),
    close: async () => {
      clients.close()
      link.close()
    },
  }
}

export type { TargetOptions } from './access.ts'
export type { AccountEvidence } from './account-evidence.ts'
export type { StoreScope } from './client-pool.ts'
export type { ContainerEvidence, ContainerNeed, ProvisionOptions } from './provisioning.ts'
export { TargetProblem } from './target-problem.ts'
