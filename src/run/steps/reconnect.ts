import { afterReconnect } from '../hop-session.ts'
import type { TakeStep } from './step.ts'

export const reconnect: TakeStep<'reconnect'> = (walk, { at }) => {
  walk.hop(at).reconnect()
  walk.updateSession(at, afterReconnect)
  walk.tell({ kind: 'reconnect', hop: at, keptBytes: walk.session(at).kept?.bytes ?? 0 })
}
