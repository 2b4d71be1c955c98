import { CosmosClient } from '@azure/cosmos'
import type { HopDeclaration, Scenario } from '../domain/scenario.ts'
import type { AccountLink } from './account-link.ts'
import { clientOptions } from './client-factory.ts'
import { containerDefinition } from './stored-document.ts'
import { TargetProblem } from './target-problem.ts'

/** What a store needs to know of the scenario that it serves. */
export type StoreScope = Pick<Scenario, 'name' | 'container' | 'partitionKey' | 'hops'>

/** Where a store gets its client from, and what becomes of the client after the operation. */
export interface ClientSlot {
  /** Rejects with `TargetProblem`. A promise only where something has to be found out first. */
  take(): CosmosClient | Promise<CosmosClient>
  giveBack(client: CosmosClient): void
  /** The next `take` gives a new client, to every hop that shares it. */
  renew(): void
}

/** One client for each hop that has one of its own, kept until its scenario goes. */
export class ClientPool {
  readonly #link: AccountLink
  readonly #slots = new Map<string, { scenario: string; slot: ClientSlot; close: () => void }>()

  constructor(link: AccountLink) {
    this.#link = link
  }

  /** The same slot for the same scenario, hop and settings, and for all hops that share its client. */
  slot(hop: HopDeclaration, scope: StoreScope): ClientSlot {
    const owner = ownerOf(hop, scope)
    const { region, retries, consistency, client } = owner
    const key = JSON.stringify([scope.name, owner.name, region, retries, consistency, client, scope.container])
    const known = this.#slots.get(key)
    if (known) return known.slot
    const made = this.#makeSlot(owner, scope)
    this.#slots.set(key, { scenario: scope.name, ...made })
    return made.slot
  }

  closeScenario(scenario: string): void {
    for (const [key, entry] of this.#slots) {
      if (entry.scenario !== scenario) continue
      this.#slots.delete(key)
      entry.close()
    }
  }

  close(): void {
    for (const { close } of this.#slots.values()) close()
    this.#slots.clear()
  }

  #makeSlot(owner: HopDeclaration, scope: StoreScope): { slot: ClientSlot; close: () => void } {
    const containerBody = JSON.stringify(containerDefinition(scope.container.container, scope.partitionKey))
    const make = async (): Promise<CosmosClient> => {
      const [credential, evidence] = await Promise.all([this.#link.credential(), this.#link.evidence()])
      return new CosmosClient(clientOptions(owner, this.#link, credential, evidence, containerBody))
    }
    if (owner.client === 'per-operation') {
      return { slot: { take: make, giveBack: (client) => client.dispose(), renew: () => {} }, close: () => {} }
    }
    let client: CosmosClient | undefined
    let making: Promise<CosmosClient> | undefined
    const keep = (starting: Promise<CosmosClient>): Promise<CosmosClient> => {
      const isWanted = () => making === started
      const started: Promise<CosmosClient> = starting
        .then((made) => {
          if (isWanted()) client = made
          // Whoever waited for it may use it still; nobody else would end its timer.
          else made.dispose()
          return made
        })
        .finally(() => {
          if (isWanted()) making = undefined
        })
      return started
    }
    const take = () => {
      if (client) return client
      making ??= keep(make())
      return making
    }
    const renew = () => {
      client?.dispose()
      client = undefined
      making = undefined
    }
    return { slot: { take, giveBack: () => {}, renew }, close: renew }
  }
}

/** Follows `{shared}` to the hop whose client it is. */
function ownerOf(hop: HopDeclaration, { name, hops }: StoreScope): HopDeclaration {
  let owner = hop
  for (let steps = 0; typeof owner.client === 'object'; steps++) {
    const { shared } = owner.client
    const next = hops.find((candidate) => candidate.name === shared)
    if (next === undefined || steps > hops.length) {
      throw new TargetProblem(
        'misconfigured',
        `hop "${hop.name}" of scenario "${name}" shares the client of "${shared}", which leads to no client`,
        'name a hop that has a client of its own',
      )
    }
    owner = next
  }
  return owner
}
