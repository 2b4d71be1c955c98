import { expect, test } from 'vitest'
import { setbackText } from './check-words.ts'

test.each([
  ['write', 'indeterminate', 204, '2 writes at portal in doubt: the answer was 204, which "expect" does not name'],
  ['write', 'refused', 403, '2 writes at portal refused: the answer was 403'],
  [
    'read',
    'error',
    200,
    '2 reads at portal failed: the answer was 200, which "expect" does not name, or "version" was not found in it',
  ],
  ['read', 'connection', undefined, '2 reads at portal failed: no answer came'],
  ['read', 'timeout', undefined, '2 reads at portal failed: no answer came in time'],
] as const)('a %s of a service that ends with %s, %s', (kind, outcome, status, text) => {
  const setback = {
    kind,
    hop: 'portal',
    operation: 'request',
    outcome,
    status,
    substatus: undefined,
    count: 2,
  } as const
  expect(setbackText(setback)).toBe(text)
})
