import type { Random } from '../base/random.ts'
import type { CarryFault, FaultKind } from '../domain/scenario.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import type { TokenMemory } from './token-memory.ts'

interface Injury {
  readonly fault: CarryFault
  readonly partition: number
  readonly memory: TokenMemory
}

/**
 * What each fault makes of a token. A fault that lacks its material (no older write yet, no other partition)
 * leaves the token as it is; the wire is judged, not the intention.
 */
const injure: Record<FaultKind, (token: WireToken, injury: Injury) => WireToken | undefined> = {
  lost: () => undefined,
  older: (token, { fault, partition, memory }) => memory.older(partition, fault.writesBack) ?? token,
  swapped: (token, { partition, memory }) => memory.swapped(partition) ?? token,
}

/** The first fault that strikes decides; one draw a fault, so that a seed replays whatever strikes. */
export function sufferFaults(
  token: WireToken,
  faults: readonly CarryFault[],
  partition: number,
  memory: TokenMemory,
  random: Random,
): WireToken | undefined {
  const struck = faults.filter((fault) => random.next() < fault.share)[0]
  return struck === undefined ? token : injure[struck.token](token, { fault: struck, partition, memory })
}
