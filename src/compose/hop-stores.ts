import type { Target } from '../cosmos/target.ts'
import type { DocumentStore } from '../domain/document-store.ts'
import type { HopDeclaration } from '../domain/scenario.ts'
import type { OperationCall } from '../run/remote/protocol.ts'

/** Open at a time; each is an SDK client with its memory of session tokens. */
export const hopStoresMax = 256

/** One store, and with it one SDK client, for each hop of each scenario of each caller, as in the caller's own process. */
export class HopStores {
  readonly #target: Pick<Target, 'openStore' | 'closeStores'>
  /** The one that was asked for longest ago is the first: a caller that still runs keeps what its client remembers. */
  readonly #kept = new Map<string, { readonly store: DocumentStore; generation: number }>()

  constructor(target: Pick<Target, 'openStore' | 'closeStores'>) {
    this.#target = target
  }

  of({ scenario, owner, hop, generation }: Pick<OperationCall, 'scenario' | 'owner' | 'hop' | 'generation'>) {
    const declaration: HopDeclaration = hop
    const scope = { ...scenario, name: `${owner}/${scenario.name}/${hop.name}`, hops: [declaration] }
    // Callers with scenarios of one name keep their clients, and the tokens that these remember, to themselves; so does a hop that was
    // declared anew, whose former client is closed alone.
    const name = JSON.stringify(scope)
    const kept = this.#kept.get(name) ?? {
      store: this.#openStore(declaration, { ...scope, name }),
      generation,
    }
    this.#kept.delete(name)
    this.#kept.set(name, kept)
    if (kept.generation !== generation) kept.store.reconnect()
    kept.generation = generation
    return kept.store
  }

  #openStore(...[hop, scope]: Parameters<Target['openStore']>): DocumentStore {
    const [leastRecent] = this.#kept.keys()
    if (this.#kept.size >= hopStoresMax && leastRecent !== undefined) {
      this.#kept.delete(leastRecent)
      this.#target.closeStores(leastRecent)
    }
    return this.#target.openStore(hop, scope)
  }
}
