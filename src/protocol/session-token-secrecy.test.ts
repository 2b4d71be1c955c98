import { format, inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { SessionToken } from './session-token.ts'
import { WireToken } from './wire-token.ts'

/** A number that nothing else would print. */
const secret = '7391846205'
const text = `0:1#${secret}#1=20`
const result = SessionToken.parse(text)
if ('problem' in result) throw new Error(result.problem)

describe.each([
  ['SessionToken', result.token],
  ['merged SessionToken', result.token.merge(result.token.narrow('0').merge(SessionToken.empty))],
  ['WireToken', new WireToken(text)],
  ['malformed WireToken', new WireToken(`${text}#`)],
])('%s', (_name, token) => {
  const outputs: Record<string, () => string> = {
    'String()': () => String(token),
    // oxlint-disable-next-line typescript/restrict-template-expressions -- what the careless write
    'a template': () => `${token}`,
    concatenation: () => `token ${[token].join()}`,
    'JSON.stringify': () => JSON.stringify({ token, list: [token] }),
    'util.inspect': () => inspect({ token }, { depth: 9, showHidden: true, getters: true }),
    'util.inspect without custom printing': () =>
      inspect(token, { customInspect: false, depth: 9, showHidden: true, getters: false }),
    'console formatting': () => format('%s %o %O %j', token, token, token, token),
    'an error about it': () => inspect(new Error(`refused ${String(token)}`, { cause: { token } })),
    'its enumerable properties': () => inspect(Object.entries(token)),
    'a spread copy': () => inspect(Object.assign({}, token)),
  }
  test.each(Object.keys(outputs))('%s does not show the text', (name) => {
    const output = outputs[name]!()
    expect(output).not.toContain(secret)
    expect(output).not.toContain('#')
  })

  test('reveal does, for the wire', () => {
    expect(token.reveal()).toContain(secret)
  })
})

test('an output says that there is a token, and how much of it', () => {
  expect(String(result.token)).toBe('SessionToken(1 ranges)')
  expect(inspect({ token: result.token })).toBe('{ token: SessionToken(1 ranges) }')
  expect(inspect(new WireToken(text))).toBe(`WireToken(${text.length} bytes)`)
  expect(String(new WireToken(text))).toBe(`WireToken(${text.length} bytes)`)
})
