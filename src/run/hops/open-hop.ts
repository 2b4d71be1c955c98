import type { HopDeclaration } from '../../domain/scenario.ts'
import type { Hop, OpenStore } from '../hop.ts'
import { cosmosHop } from './cosmos.ts'
import { endpointHop } from './endpoint.ts'
import { type RemoteNeeds, remoteHop } from './remote.ts'

interface HopNeeds extends RemoteNeeds {
  readonly openStore: OpenStore
}

/** The hop that a declaration asks for. Sends nothing yet. */
export function openHop(declaration: HopDeclaration, needs: HopNeeds): Hop {
  if (declaration.endpoint !== undefined) return endpointHop(declaration)
  if (declaration.remote !== undefined) return remoteHop(declaration, needs)
  return cosmosHop(declaration, needs.openStore(declaration.name), needs.clock)
}
