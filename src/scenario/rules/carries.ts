import type { CarrierKind } from '../../domain/scenario.ts'
import type { CarryFile } from '../carry-schema.ts'
import { alternatives, quote } from '../words.ts'
import type { Path } from '../yaml-file.ts'
import { atKey, atValue, type Complaint } from './rule.ts'

/** How the keys of one carry go together. `partitions`: undefined where the file is wrong about them. */
export const carryComplaints = (step: CarryFile, path: Path, partitions: number | undefined): Complaint[] => [
  ...optionsFit(step, path),
  ...faultsFit(step, [...path, 'faults']),
  ...step.faults.flatMap((fault, index) => faultFits(fault, [...path, 'faults', index], partitions)),
]

const byRequest: readonly CarrierKind[] = ['header', 'cookie', 'redirect', 'baggage', 'body', 'message']
/** In header lines: what nginx's and Node's limits are about. */
const byHeader: readonly CarrierKind[] = ['header', 'cookie', 'redirect', 'baggage']

const optionsOf = {
  limit: byRequest,
  delay: ['message', 'device'],
  redelivery: ['message'],
  reordering: ['message'],
  store: ['store'],
  ttl: ['store'],
} as const satisfies Partial<Record<keyof CarryFile, readonly CarrierKind[]>>

function optionsFit(step: CarryFile, path: Path): Complaint[] {
  const strange = Object.entries(optionsOf).filter(
    ([key, carriers]) =>
      step[key as keyof CarryFile] !== undefined && !(carriers as readonly CarrierKind[]).includes(step.carry),
  )
  const named = typeof step.limit === 'object' && 'server' in step.limit && !byHeader.includes(step.carry)
  return [
    ...strange.map(([key, carriers]) =>
      atKey(
        [...path, key],
        `${quote(key)} means nothing for the carrier ${quote(step.carry)}`,
        `leave it out, or write "carry:" with ${alternatives(carriers)}`,
      ),
    ),
    ...(named && strange.every(([key]) => key !== 'limit')
      ? [
          atValue(
            [...path, 'limit'],
            `the carrier ${quote(step.carry)} travels in no header`,
            'write a size, for example "64KB"',
          ),
        ]
      : []),
  ]
}

function faultsFit({ carry, faults }: CarryFile, path: Path): Complaint[] {
  const sum = faults.reduce((total, { share, schedule }) => (schedule === undefined ? total + share : total), 0)
  return [
    ...(carry === 'none' && faults.length > 0
      ? [atKey(path, 'nothing is carried that could suffer a fault', 'write "carry: header", or leave the faults out')]
      : []),
    ...(sum > 1 + 1e-9
      ? [
          atKey(
            path,
            `the shares of the faults add up to ${Math.round(sum * 1000) / 10}%`,
            'write shares of 100% at most together',
          ),
        ]
      : []),
  ]
}

/** Keys that one fault alone understands. */
const keysOf = { writesBack: 'older', limit: 'truncated', with: 'swapped' } as const

function faultFits(fault: CarryFile['faults'][number], path: Path, partitions: number | undefined): Complaint[] {
  const { schedule } = fault
  return [
    ...Object.entries(keysOf).flatMap(([key, token]) =>
      fault[key as keyof typeof keysOf] !== undefined && fault.token !== token
        ? [
            atKey(
              [...path, key],
              `${quote(key)} means nothing for ${quote(fault.token)}`,
              `leave it out, or write ${quote(`token: ${token}`)}`,
            ),
          ]
        : [],
    ),
    ...(fault.token === 'truncated' && fault.limit === undefined
      ? [atKey([...path, 'token'], 'nothing says how much arrives', 'add for example "limit: 64B"')]
      : []),
    ...(fault.token === 'swapped' && partitions === 1
      ? [atValue([...path, 'token'], 'with one partition there is no other user to swap with', 'write "partitions: 8"')]
      : []),
    ...(schedule !== undefined && Object.values(schedule).every((value) => value === undefined)
      ? [
          atKey(
            [...path, 'schedule'],
            'the schedule says nothing',
            'write for example "{ every: 10 runs }" or "{ after: 60s, for: 30s }"',
          ),
        ]
      : []),
    ...(schedule?.every !== undefined && (schedule.after !== undefined || schedule.for !== undefined)
      ? [
          atKey(
            [...path, 'schedule', 'every'],
            'the schedule counts runs and time',
            'keep "every", or "after" and "for"',
          ),
        ]
      : []),
  ]
}
