import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { unsatisfiable } from '../domain/canary.ts'
import type { CarriedToken, CarryEvent } from '../domain/journey.ts'
import type { CarrierKind, Scenario, Step } from '../domain/scenario.ts'
import { wireTokenState } from '../domain/token-state.ts'
import type { SessionToken } from '../protocol/session-token.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { type CarrierResources, type Delivery, lostBecause } from './carriers/carrier.ts'
import type { Carriers } from './carriers/table.ts'
import { sufferFaults } from './faults.ts'
import type { Hop } from './hop.ts'
import { type Delivery as HopDelivery, type HopSession, tokenToCarry } from './hop-session.ts'
import { type RunPlan, sweptValue } from './plan-run.ts'
import { andThen, type Soon } from './soon.ts'
import type { TokenMemory } from './token-memory.ts'

type CarryStep = Extract<Step, { kind: 'carry' }>

/** What a carry is given of its run. */
export interface CarrySurroundings {
  readonly scenario: Scenario
  readonly id: string
  readonly owner: string
  readonly plan: RunPlan
  /** Since the scenario's first run, for faults on a schedule. */
  readonly sinceStartMs: number
  readonly memory: TokenMemory
  readonly faults: Random
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly carriers: Carriers
  readonly resources: CarrierResources
  readonly hops?: ReadonlyMap<string, { readonly hop: Hop }>
}

/** Takes the workflow from one hop to the next, and the token with it as far as carrier, faults and arm let it. */
export function carryToken(
  step: CarryStep,
  from: HopSession,
  surroundings: CarrySurroundings,
): Soon<{ delivery: HopDelivery; event: CarryEvent }> {
  const held = tokenToCarry(from)
  const canary = surroundings.plan.arm.token === 'unsatisfiable' && held ? canaryFor(held, from) : undefined
  const sent = canary && held?.parsed ? WireToken.from(canary) : held
  const handed = surroundings.hops?.get(step.from)?.hop.handedBack?.(surroundings.id)
  const leaving = handed === undefined || canary ? sent : handed.token
  const delivered = sent && !leaving ? lostBecause('stripped') : deliver(step, leaving, surroundings)
  return andThen(delivered, (delivery) => carried(step, sent, canary, delivery))
}

function carried(
  step: CarryStep,
  sent: WireToken | undefined,
  canary: SessionToken | undefined,
  { token, cause, spanId }: Delivery,
): { delivery: HopDelivery; event: CarryEvent } {
  const arrived = token === undefined ? undefined : new WireToken(token)
  const isUnchanged = arrived?.reveal() === sent?.reveal()
  return {
    delivery: { arrived, isKept: keepingCarriers.has(step.carrier), canary },
    event: {
      kind: 'carry',
      from: step.from,
      to: step.to,
      carrier: step.carrier,
      token: cause === 'hop-unreachable' ? 'unknown' : carriedToken(sent, arrived),
      tokenBytes: sent?.bytes ?? 0,
      ...(!isUnchanged && cause && { cause }),
      ...(spanId !== undefined && { spanId }),
    },
  }
}

/** One that arrived damaged goes on as it is, and is missed again there: a further fault can make it whole. */
const canaryFor = ({ parsed }: WireToken, { canary }: HopSession): SessionToken | undefined =>
  parsed ? unsatisfiable(parsed) : canary

/** Where a hop that begins anew finds the token again. */
const keepingCarriers: ReadonlySet<CarrierKind> = new Set(['store', 'device'])

function deliver(step: CarryStep, sent: WireToken | undefined, of: CarrySurroundings): Soon<Delivery> {
  const { scenario, plan, clock, signal, memory, faults: random, owner, id: run, resources } = of
  const { options = {}, from, to } = step
  const { partition, armRun } = plan
  const delayMs = options.delayMs === undefined ? 0 : sweptValue(options.delayMs, plan, scenario.partitions)
  const suffered =
    sent && sufferFaults(sent, step.faults, { partition, armRun, sinceStartMs: of.sinceStartMs, memory, random })
  const isWithheld = plan.arm.token === 'lost'
  const token = isWithheld ? undefined : suffered?.token?.reveal().trim()
  if (suffered === undefined || !token) {
    // The workflow takes its time with a token or without it: else the arms could not be compared.
    const lost = lostBecause(isWithheld ? 'withheld' : (suffered?.struck ?? 'not-carried'))
    return delayMs > 0 ? clock.sleep(delayMs, signal).then(() => lost) : lost
  }
  // What outlives a run must not bring a canary to a run that carries the real thing.
  const kind = plan.arm.token === 'unsatisfiable' ? ':canary' : ''
  const workflow = `hopwatch:${owner}:${scenario.name}:${from}:${to}:${partition}${kind}`
  const { damage, struck } = suffered
  const context = { workflow, run, options, delayMs, damage, clock, random, signal, resources }
  const carrier = of.hops?.get(to)?.hop.carrierTo?.(step.carrier) ?? of.carriers[step.carrier]
  return andThen(carrier.carry(token, context), (delivery) => ({ ...delivery, cause: struck ?? delivery.cause }))
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
