import { expect, test } from 'vitest'
import { CompiledQuery } from './query.ts'
import { wantedId } from './wanted-id.ts'

const wanted = (text: string, parameters: Record<string, string | number> = { '@id': 'a' }) =>
  wantedId(
    new CompiledQuery(text).query,
    Object.entries(parameters).map(([name, value]) => ({ name, value })),
  )

test.each([
  ['SELECT * FROM c WHERE c.id = @id', 'a'],
  ['SELECT * FROM c WHERE @id = c.id', 'a'],
  ['SELECT * FROM c WHERE c["id"] = "b"', 'b'],
  ['SELECT * FROM things AS t WHERE t.id = @id', 'a'],
  ['SELECT * FROM c WHERE c.x = 1 AND c.id = @id AND c.y = 2', 'a'],
])('%s looks for one document', (text, id) => expect(wanted(text)).toBe(id))

test.each([
  ['SELECT * FROM c'],
  ['SELECT * FROM c WHERE c.x = @id'],
  ['SELECT * FROM c WHERE c.x.id = @id'],
  ['SELECT * FROM c WHERE c.id = @id OR c.x = 1'],
  ['SELECT * FROM c WHERE NOT (c.id = @id)'],
  ['SELECT * FROM c WHERE c.id > @id'],
  ['SELECT * FROM c WHERE c.id = c.x'],
  ['SELECT VALUE t FROM t IN c.children WHERE t.id = @id'],
  ['SELECT VALUE t FROM c JOIN t IN c.children WHERE t.id = @id'],
  ['SELECT * FROM c.child AS c WHERE c.id = @id'],
])('%s may find several', (text) => expect(wanted(text)).toBeUndefined())

test('a parameter that is missing or no text looks for nothing', () => {
  expect(wanted('SELECT * FROM c WHERE c.id = @id', {})).toBeUndefined()
  expect(wanted('SELECT * FROM c WHERE c.id = @id', { '@id': 1 })).toBeUndefined()
})
