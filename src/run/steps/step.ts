import type { Step } from '../../domain/scenario.ts'
import type { Soon } from '../soon.ts'
import type { Walk } from '../walk.ts'

export type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>

/** Takes one step of a run; what happened is told to the walk, and by what comes back only when. `takeAll` is for steps that hold steps. */
export type TakeStep<Kind extends Step['kind']> = (
  walk: Walk,
  step: StepOf<Kind>,
  takeAll: (steps: readonly Step[]) => Soon<void>,
) => Soon<unknown>
