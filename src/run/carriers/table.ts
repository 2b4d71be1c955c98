import type { CarrierKind } from '../../domain/scenario.ts'
import type { Carrier } from './carrier.ts'
import { header } from './header.ts'
import { none } from './none.ts'

/** One carrier a line. */
export const carriers: Record<CarrierKind, Carrier> = { header, none }
