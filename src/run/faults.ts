import type { Random } from '../base/random.ts'
import type { CarryFault, FaultKind, FaultSchedule } from '../domain/scenario.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { corrupt } from './corrupt.ts'
import type { TokenMemory } from './token-memory.ts'

/** What a run's faults depend on besides chance. */
export interface FaultCircumstances {
  readonly partition: number
  /** Counts the arm's runs from 0. */
  readonly armRun: number
  /** Since the scenario's first run. */
  readonly sinceStartMs: number
  readonly memory: TokenMemory
  readonly random: Random
}

export interface Suffered {
  /** What is handed to the carrier; undefined: nothing. */
  readonly token: WireToken | undefined
  /** What happens to the text that travels, such as a whole header field, on its way. */
  readonly damage: (text: string) => string
  readonly struck: FaultKind | undefined
}

type Injury = Partial<Pick<Suffered, 'damage'>> & { readonly token: WireToken | undefined }

/**
 * What each fault makes of a token. A fault that lacks its material (no older write yet, no other partition)
 * leaves the token as it is; the wire is judged, not the intention.
 */
const injure: Record<FaultKind, (token: WireToken, fault: CarryFault, now: FaultCircumstances) => Injury> = {
  lost: () => ({ token: undefined }),
  truncated: (token, { limitBytes = 0 }) => ({ token, damage: (text) => firstBytes(text, limitBytes) }),
  older: (token, { writesBack }, { partition, memory }) => ({ token: memory.older(partition, writesBack) ?? token }),
  swapped: (token, fault, { partition, memory }) => ({
    token: (fault.with === 'user' ? memory.otherUsers(partition) : memory.swapped(partition)) ?? token,
  }),
  corrupted: (token, _, { random }) => ({ token: new WireToken(corrupt(token.reveal(), random)) }),
  // As an intermediary joins header fields of one name (RFC 9110, section 5.3).
  duplicated: (token) => ({ token, damage: (text) => `${text}, ${text}` }),
}

/** The first fault that strikes decides; one draw a fault, so that a seed replays whatever strikes. */
export function sufferFaults(token: WireToken, faults: readonly CarryFault[], now: FaultCircumstances): Suffered {
  const struck = faults.filter((fault) => now.random.next() < fault.share && isDue(fault.schedule, now))[0]
  return struck === undefined
    ? { token, damage: unharmed, struck: undefined }
    : { damage: unharmed, struck: struck.token, ...injure[struck.token](token, struck, now) }
}

export function isDue(
  schedule: FaultSchedule | undefined,
  { armRun, sinceStartMs }: Pick<FaultCircumstances, 'armRun' | 'sinceStartMs'>,
): boolean {
  if (schedule === undefined) return true
  if (schedule.kind === 'every') return armRun % schedule.runs === schedule.runs - 1
  const { afterMs, forMs = Number.POSITIVE_INFINITY } = schedule
  return sinceStartMs >= afterMs && sinceStartMs < afterMs + forMs
}

const unharmed = (text: string): string => text
const firstBytes = (text: string, bytes: number): string => Buffer.from(text).subarray(0, bytes).toString()
