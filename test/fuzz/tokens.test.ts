import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SessionToken } from '../../src/protocol/session-token.ts'
import { WireToken } from '../../src/protocol/wire-token.ts'
import { scrub } from '../../src/publish/scrub.ts'
import { budget, mutated } from './mutations.ts'

const good = ['0:-1#4711#3=4242#8=4243', '0:12', '0:1#9#1=5,1:1#9#1=7,2:2#0', '10:1#-1#0=-1', `0:1#9223372036854775807`]
const pieces = fc.constantFrom(
  ':',
  '#',
  '=',
  ',',
  '-',
  '0',
  '-1',
  '+1',
  ' ',
  '9'.repeat(30),
  '0x1',
  '1e3',
  '\0',
  'é',
  '𝟙',
)
const texts = fc.oneof(
  mutated(good, pieces),
  fc.string(),
  fc.tuple(pieces, fc.nat(20_000)).map(([piece, times]) => piece.repeat(times)),
)
describe('whatever arrives as a session token', () => {
  test('is a token, or a problem that does not repeat it', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = SessionToken.parse(text)
        if ('problem' in parsed) {
          expect(parsed.problem).not.toBe('')
          expect(parsed.problem.length).toBeLessThan(200)
          if (text.length > 6) expect(parsed.problem).not.toContain(text)
        } else {
          const again = SessionToken.parse(parsed.token.reveal())
          expect('token' in again && again.token.reveal()).toBe(parsed.token.reveal())
        }
        expect(`${String(new WireToken(text))} ${JSON.stringify({ token: new WireToken(text) })}`).toMatch(
          /^WireToken\(\d+ bytes\) \{"token":"WireToken\(\d+ bytes\)"\}$/,
        )
      }),
      budget(2000, 2_000),
    )
  })

  test('a scrubbed line is still one, and nothing that has a token’s shape is left', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const line = scrub(JSON.stringify({ message: text }))
        expect(() => JSON.parse(line)).not.toThrow()
        expect(line).not.toMatch(/(?<!\d)\d+:-?\d+#\d+#\d+=\d/)
      }),
      budget(2000, 2_000),
    )
  })
})
