import { atKey, atValue, type Rule } from './rule.ts'

const armsFit: Rule = ({ arms }) => {
  if (arms?.control === undefined) return []
  if (arms.propagated === undefined)
    return [atKey(['arms'], '"control" has nothing to be compared with', 'add "propagated: {}"')]
  if (arms.control.share >= 1)
    return [atValue(['arms', 'control', 'share'], 'no share is left to "propagated"', 'write for example "10%"')]
  return arms.control.share === 0
    ? [atValue(['arms', 'control', 'share'], 'an arm without runs', 'write for example "10%", or leave the arm out')]
    : []
}

const partitionKeyLevelsDiffer: Rule = ({ partitionKey }) => {
  if (!Array.isArray(partitionKey)) return []
  const index = partitionKey.findIndex((path, position) => partitionKey.indexOf(path) !== position)
  return index < 0 ? [] : [atValue(['partitionKey', index], 'this level stands here twice', 'keep one of them')]
}

export const wholeRules: readonly Rule[] = [armsFit, partitionKeyLevelsDiffer]
