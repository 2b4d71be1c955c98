import type { Random } from '../base/random.ts'
import type { CarriedToken, CarryEvent } from '../domain/journey.ts'
import type { Arm, Step } from '../domain/scenario.ts'
import { wireTokenState } from '../domain/token-state.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import { carriers } from './carriers/table.ts'
import { sufferFaults } from './faults.ts'
import { afterCarry, type HopSession, tokenToCarry } from './hop-session.ts'
import type { TokenMemory } from './token-memory.ts'

type CarryStep = Extract<Step, { kind: 'carry' }>

/** Takes the workflow from one hop to the next, and the token with it as far as carrier, faults and arm let it. */
export function carryToken(
  step: CarryStep,
  from: HopSession,
  to: HopSession,
  arm: Arm,
  partition: number,
  memory: TokenMemory,
  random: Random,
): { session: HopSession; event: CarryEvent } {
  const sent = tokenToCarry(from)
  const damaged = sent && sufferFaults(sent, step.faults, partition, memory, random)
  const arrived = damaged && arm.token === 'carried' ? carriers[step.carrier].carry(damaged) : undefined
  return {
    session: afterCarry(to, from, arrived),
    event: {
      kind: 'carry',
      from: step.from,
      to: step.to,
      carrier: step.carrier,
      token: carriedToken(sent, arrived),
      tokenBytes: sent?.bytes ?? 0,
    },
  }
}

/** What arrived of what was sent: the least of the states over the ranges that the sent token speaks for. */
export function carriedToken(sent: WireToken | undefined, arrived: WireToken | undefined): CarriedToken {
  if (sent === undefined) return 'nothing-to-carry'
  if (arrived === undefined) return 'lost'
  const { parsed } = sent
  // A token that was already damaged has no progress to compare; it arrived or it did not.
  if (parsed === undefined) return arrived.reveal() === sent.reveal() ? 'intact' : 'malformed'
  const states = parsed.rangeIds.map((range) => wireTokenState(arrived, parsed, range))
  return worstFirst.find((state) => states.includes(state)) ?? 'intact'
}

const worstFirst = ['malformed', 'behind', 'foreign', 'unknown'] as const
