import { QueryProblem } from './syntax.ts'

export interface Token {
  readonly kind: 'name' | 'parameter' | 'number' | 'string' | 'punctuation' | 'end'
  /** As written; of a string what it means. */
  readonly text: string
}

const pattern =
  /(?<space>\s+|--[^\n]*)|(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?<parameter>@\w+)|(?<string>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?<punctuation><>|!=|<=|>=|\?\?|\|\||<<|>>>|>>|[-+*/%=<>?:,.()[\]{}|&^~;])/suy

export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < text.length) {
    const position = pattern.lastIndex
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) {
      throw new QueryProblem('BadRequest', `Syntax error at character ${position + 1} of the query.`)
    }
    if (groups.space !== undefined) continue
    const kind = (['number', 'name', 'parameter', 'string', 'punctuation'] as const).find(
      (each) => groups[each] !== undefined,
    )!
    tokens.push({ kind, text: kind === 'string' ? unescaped(groups[kind]!.slice(1, -1)) : groups[kind]! })
  }
  tokens.push({ kind: 'end', text: 'the end' })
  return tokens
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

const unescaped = (text: string): string =>
  text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (_, code?: string, letter = '') =>
    code === undefined
      ? (escapes[letter as string] ?? (letter as string))
      : String.fromCharCode(Number.parseInt(code, 16)),
  )
