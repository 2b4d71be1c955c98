import { expect, test } from 'vitest'
import { afterAttempt, DocumentPool } from './document-pool.ts'

const document = { id: 'd', version: 3, present: true }

test('a refused write leaves version and document as they were', () => {
  expect(afterAttempt(document, { version: 4, present: false }, 'refused')).toEqual(document)
})

test('an indeterminate write uses its version up, and leaves in doubt whether the document is there', () => {
  expect(afterAttempt(document, { version: 4, present: false }, 'indeterminate')).toEqual({ ...document, version: 4 })
})

test('a succeeded delete leaves no document, and its version counts', () => {
  expect(afterAttempt(document, { version: 4, present: false }, 'succeeded')).toEqual({
    id: 'd',
    version: 4,
    present: false,
  })
})

test('a retired document never comes back, and its successor has another id', () => {
  const pool = new DocumentPool('prefix')
  const first = pool.take(0, true)
  pool.giveBack(0, { ...first, version: 1, present: true })
  expect(pool.take(0, true).id).toBe(first.id)
  pool.retire(0)
  expect(pool.take(0, true).id).not.toBe(first.id)
})
