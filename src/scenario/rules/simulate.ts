import { placedSteps } from '../placed-steps.ts'
import { quote } from '../words.ts'
import { atKey, type Complaint, type Rule } from './rule.ts'

const changesFit: Rule = ({ journey }) => {
  let isSplit = false
  return placedSteps(journey).flatMap(({ step, path }): Complaint[] => {
    if (!('simulate' in step)) return []
    const { simulate, to } = step
    if (simulate === 'failover' && to === undefined)
      return [atKey([...path, 'simulate'], 'nothing says where the writes move', 'add for example "to: North Europe"')]
    if (simulate !== 'failover' && to !== undefined)
      return [atKey([...path, 'to'], `"to" means nothing for ${quote(simulate)}`, 'leave it out')]
    if (simulate === 'merge' && !isSplit)
      return [
        atKey([...path, 'simulate'], 'no split of this run is left to merge', 'put "{ simulate: split }" before it'),
      ]
    if (simulate === 'split') isSplit = true
    // The container that is made again has the ranges of a new one.
    if (simulate === 'merge' || simulate === 'recreate') isSplit = false
    return []
  })
}

/** An account beside the user's own services would change nothing there. */
const accountIsThere: Rule = ({ hops = {}, journey }) =>
  Object.values(hops).every((hop) => hop?.endpoint !== undefined)
    ? placedSteps(journey).flatMap(({ step, path }) =>
        'simulate' in step
          ? [atKey([...path, 'simulate'], 'no hop of this journey uses an account', 'leave the step out')]
          : [],
      )
    : []

export const simulateRules: readonly Rule[] = [changesFit, accountIsThere]
