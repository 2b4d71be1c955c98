import { expect, test } from 'vitest'
import { consistencyLevels, isWeakerOrEqual } from './consistency-level.ts'

test('a request may ask for its account level or a weaker one, never a stronger one', () => {
  const allowed = consistencyLevels.map((asked) =>
    consistencyLevels.filter((account) => isWeakerOrEqual(asked, account)),
  )
  expect(allowed).toEqual([
    ['Strong'],
    ['Strong', 'BoundedStaleness'],
    ['Strong', 'BoundedStaleness', 'Session'],
    ['Strong', 'BoundedStaleness', 'Session', 'ConsistentPrefix'],
    ['Strong', 'BoundedStaleness', 'Session', 'ConsistentPrefix', 'Eventual'],
  ])
})
