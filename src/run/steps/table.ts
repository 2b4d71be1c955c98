import type { Step } from '../../domain/scenario.ts'
import { carry } from './carry.ts'
import { goOffline } from './offline.ts'
import { parallel } from './parallel.ts'
import { poll } from './poll.ts'
import { read } from './read.ts'
import { reconnect } from './reconnect.ts'
import { request } from './request.ts'
import { simulate } from './simulate.ts'
import type { TakeStep } from './step.ts'
import { wait } from './wait.ts'
import { write } from './write.ts'

/** One kind of step a line. */
export const stepTakers: { readonly [Kind in Step['kind']]: TakeStep<Kind> } = {
  write,
  read,
  carry,
  wait,
  poll,
  reconnect,
  offline: goOffline,
  parallel,
  request,
  simulate,
}
