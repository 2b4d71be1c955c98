import { integerBelow, pick, type Random } from '../base/random.ts'
import {
  type CarrierKind,
  type CarrierOptions,
  type CarryFault,
  carrierKinds,
  type FaultSchedule,
  faultKinds,
  type Step,
  swapPartners,
} from '../domain/scenario.ts'

/** Any carry that the scenario file could declare; tokens of a simulated world are short, so limits are too. */
export function randomCarry(random: Random, from: string, to: string): Step {
  const carrier = pick(random, carrierKinds)
  return { kind: 'carry', carrier, from, to, faults: randomFaults(random), options: randomOptions(random, carrier) }
}

function randomOptions(random: Random, carrier: CarrierKind): CarrierOptions | undefined {
  if (random.next() < 0.5) return undefined
  const delayMs = [pick(random, [0, 20, 200])]
  switch (carrier) {
    case 'none':
      return undefined
    case 'message':
      return { delayMs, redelivery: pick(random, [0, 0.3]), reordering: pick(random, [0, 0.3]) }
    case 'device':
      return { delayMs }
    case 'store':
      return { ttlMs: pick(random, [1, 60_000]) }
    default:
      return { limit: pick(random, [{ bytes: 30 }, { server: 'nginx' }, { server: 'node' }]) }
  }
}

const randomFaults = (random: Random): CarryFault[] =>
  random.next() < 0.5
    ? []
    : Array.from({ length: 1 + integerBelow(random, 2) }, () => ({
        token: pick(random, faultKinds),
        share: pick(random, [0.3, 1]),
        writesBack: 1 + integerBelow(random, 3),
        limitBytes: 1 + integerBelow(random, 40),
        with: pick(random, swapPartners),
        schedule: random.next() < 0.7 ? undefined : randomSchedule(random),
      }))

const randomSchedule = (random: Random): FaultSchedule =>
  random.next() < 0.5
    ? { kind: 'every', runs: 1 + integerBelow(random, 3) }
    : { kind: 'window', afterMs: pick(random, [0, 1000]), forMs: pick(random, [undefined, 10_000]) }
