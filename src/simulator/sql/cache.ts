import { CompiledQuery } from './query.ts'

/** Compiled queries by their text: pure values, so that one cache serves every account of the process. */
const compiled = new Map<string, CompiledQuery>()
const compiledMax = 500

/** Throws QueryProblem for a text that is wrong or asks for what is not supported. */
export function compiledQuery(text: string): CompiledQuery {
  const known = compiled.get(text)
  if (known) return known
  const query = new CompiledQuery(text)
  if (compiled.size >= compiledMax) compiled.clear()
  compiled.set(text, query)
  return query
}
