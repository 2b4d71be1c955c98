import { expect, test } from 'vitest'
import { remember } from './remember.ts'

function counting(limits: { entries: number; longestText: number }) {
  const computed: string[] = []
  const length = remember((text) => {
    computed.push(text)
    return text === '' ? undefined : text.length
  }, limits)
  return { computed, length }
}

test('the same text is computed once, also where nothing comes of it', () => {
  const { computed, length } = counting({ entries: 4, longestText: 4 })
  expect(['ab', '', 'abc', 'ab', ''].map(length)).toEqual([2, undefined, 3, 2, undefined])
  expect(computed).toEqual(['ab', '', 'abc'])
})

test('no more entries are kept than allowed', () => {
  const { computed, length } = counting({ entries: 2, longestText: 4 })
  for (const text of ['a', 'b', 'b', 'a', 'c', 'c', 'b']) length(text)
  expect(computed).toEqual(['a', 'b', 'c', 'b'])
})

test('a text that is too long is never kept', () => {
  const { computed, length } = counting({ entries: 2, longestText: 4 })
  expect(['abcd', 'abcd', 'abcde', 'abcde'].map(length)).toEqual([4, 4, 5, 5])
  expect(computed).toEqual(['abcd', 'abcde', 'abcde'])
})
