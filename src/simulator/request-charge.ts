import type { ConsistencyLevel } from '../protocol/consistency-level.ts'

/**
 * Request charges after the documented model: a point read of 1 KB costs 1 RU, a write of 1 KB about 5 and a replace about
 * 10, strong and bounded-staleness reads twice the rest (https://learn.microsoft.com/azure/cosmos-db/request-units).
 * What lies between the documented points is interpolated, not measured on the service.
 */
export const requestCharge = {
  pointRead: (bytes: number, level: ConsistencyLevel) => round(perKilobyte(bytes, 1, 0.56) * readFactor(level)),
  notFound: (level: ConsistencyLevel) => round(1 * readFactor(level)),
  create: (bytes: number) => round(perKilobyte(bytes, 5.29, 4.43)),
  replace: (bytes: number) => round(perKilobyte(bytes, 10.29, 8.86)),
  remove: (bytes: number) => round(perKilobyte(bytes, 5.29, 4.43)),
  /** A write that a precondition, a conflict or a missing item stopped. */
  refusedWrite: () => 1.24,
  query: (read: { items: number; bytes: number }, level: ConsistencyLevel) =>
    round((2.3 + read.items * 0.05 + (read.bytes / 1024) * 0.25) * readFactor(level)),
  metadataRead: () => 1,
  metadataWrite: () => 4.95,
} as const

const readFactor = (level: ConsistencyLevel) => (level === 'Strong' || level === 'BoundedStaleness' ? 2 : 1)

/** The first kilobyte whole, each further one in proportion. */
const perKilobyte = (bytes: number, first: number, further: number) => first + Math.max(0, bytes / 1024 - 1) * further

const round = (requestUnits: number) => Math.round(requestUnits * 100) / 100
