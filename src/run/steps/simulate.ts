import type { TakeStep } from './step.ts'

export const simulate: TakeStep<'simulate'> = async (walk, step) => {
  const { changeAccount, scenario } = walk.options
  const problem =
    changeAccount === undefined ? 'there is no simulated account' : await changeAccount(step, scenario.container)
  walk.tell({ kind: 'simulate', change: step.change, problem })
}
