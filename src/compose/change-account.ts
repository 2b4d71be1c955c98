import type { ChangeAccount } from '../run/change-account.ts'
import type { AsyncControl } from '../simulator/control-calls.ts'

/** The simulator's control calls, as the steps of one scenario use them. */
export function changeAccountBy(control: AsyncControl): ChangeAccount {
  let lastSplit: readonly string[] = []
  return async (step, { database, container }) => {
    try {
      switch (step.change) {
        case 'failover':
          await control.failover(step.to)
          break
        case 'split':
          lastSplit = await control.splitRange(database, container)
          break
        case 'merge':
          await control.mergeRanges(database, container, lastSplit)
          break
        case 'recreate':
          await control.recreateContainer(database, container)
      }
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : 'it gave no reason'
    }
  }
}
