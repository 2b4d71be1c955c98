import { placedSteps } from '../placed-steps.ts'
import { quote } from '../words.ts'
import { atKey, atValue, type Rule } from './rule.ts'

const armsFit: Rule = ({ arms = {} }) => {
  const others = (['control', 'canary', 'workaround'] as const).flatMap((name) => {
    const share = arms[name]?.share
    return share === undefined ? [] : [{ name, share }]
  })
  const [first] = others
  if (first === undefined) return []
  if (arms.propagated === undefined)
    return [atKey(['arms'], `${quote(first.name)} has nothing to be compared with`, 'add "propagated: {}"')]
  const empty = others.filter(({ share }) => share === 0)
  if (empty.length > 0)
    return empty.map(({ name }) =>
      atValue(['arms', name, 'share'], 'an arm without runs', 'write for example "10%", or leave the arm out'),
    )
  const last = others.at(-1) ?? first
  return others.reduce((sum, { share }) => sum + share, 0) >= 1 - 1e-9
    ? [atValue(['arms', last.name, 'share'], 'no share is left to "propagated"', 'write for example "10%"')]
    : []
}

/** Undefined steps are wrong in themselves; one of them may be the carry. */
const canariesTravel: Rule = ({ arms, journey = [] }) => {
  const isCarried = placedSteps(journey).some(({ step }) => 'carry' in step && step.carry !== 'none')
  return arms?.canary === undefined || isCarried || journey.includes(undefined)
    ? []
    : [atKey(['arms', 'canary'], 'the journey carries no token, so no canary could travel', 'leave the arm out')]
}

const workaroundsDoOneThing: Rule = ({ arms }) => {
  if (arms?.workaround === undefined) return []
  const { reads, consistency } = arms.workaround
  const path = ['arms', 'workaround']
  if (reads !== undefined && consistency !== undefined)
    return [atKey([...path, 'consistency'], 'a workaround does one thing, so that its cost has one cause', 'keep one')]
  return reads === undefined && consistency === undefined
    ? [
        atKey(
          path,
          'nothing says what the workaround does',
          'add "reads: { poll: query }" or for example "consistency: Strong"',
        ),
      ]
    : []
}

const partitionKeyLevelsDiffer: Rule = ({ partitionKey }) => {
  if (!Array.isArray(partitionKey)) return []
  const index = partitionKey.findIndex((path, position) => partitionKey.indexOf(path) !== position)
  return index < 0 ? [] : [atValue(['partitionKey', index], 'this level stands here twice', 'keep one of them')]
}

export const wholeRules: readonly Rule[] = [armsFit, canariesTravel, workaroundsDoOneThing, partitionKeyLevelsDiffer]
