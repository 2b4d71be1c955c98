import type { CarrierOptions, CarryFault, FaultSchedule, Step } from '../domain/scenario.ts'
import type { CarryFile } from './carry-schema.ts'

export function buildCarry(step: CarryFile, from: string): Extract<Step, { kind: 'carry' }> {
  const options: CarrierOptions = {
    limit: step.limit,
    delayMs: step.delay === undefined ? undefined : [step.delay].flat(),
    redelivery: step.redelivery,
    reordering: step.reordering,
    store: step.store,
    ttlMs: step.ttl,
  }
  const isUsual = Object.values(options).every((value) => value === undefined)
  const { carry: carrier, to, faults } = step
  return { kind: 'carry', carrier, from, to, faults: faults.map(buildFault), options: isUsual ? undefined : options }
}

const buildFault = (fault: CarryFile['faults'][number]): CarryFault => ({
  token: fault.token,
  share: fault.share,
  writesBack: fault.writesBack ?? 1,
  limitBytes: fault.limit,
  with: fault.with,
  schedule: fault.schedule && buildSchedule(fault.schedule),
})

const buildSchedule = ({
  every,
  after = 0,
  for: forMs,
}: NonNullable<CarryFile['faults'][number]['schedule']>): FaultSchedule =>
  every === undefined ? { kind: 'window', afterMs: after, forMs } : { kind: 'every', runs: every }
