import fc from 'fast-check'

const seconds = Number(process.env.HOPWATCH_FUZZ_SECONDS ?? 0)

/** How long a property is tried: as given, or for HOPWATCH_FUZZ_SECONDS, for whoever has more time (with vitest's --testTimeout). */
export const budget = (numRuns: number, ms: number) =>
  ({
    numRuns: seconds > 0 ? Number.MAX_SAFE_INTEGER : numRuns,
    interruptAfterTimeLimit: seconds > 0 ? seconds * 1000 : ms,
    markInterruptAsFailure: false,
  }) as const

/** What tends to upset whoever reads text. */
export const nastyText = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ maxLength: 200 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '',
      '__proto__',
      'constructor',
      'toString',
      '..',
      '../..',
      '%',
      '%00',
      '%zz',
      '%ff%fe',
      '\0',
      '\r\nx-planted: 1',
      '\ud800',
      '-1',
      '1e400',
      'NaN',
      '9'.repeat(400),
      '0:1#2#3=4,',
      '0:-1#4711#3=4242#8=4243',
      '"',
      '[]',
      '{}',
      'null',
      'a'.repeat(5000),
      '['.repeat(3000),
      '{"a":'.repeat(2000),
    ),
  },
)

type Edit = (text: string) => string

/** A change anywhere in a text: a piece of it left out, said twice, moved, or replaced by one of `pieces`. */
const edit = (pieces: fc.Arbitrary<string>): fc.Arbitrary<Edit> =>
  fc
    .record({
      kind: fc.constantFrom('drop', 'repeat', 'insert', 'replace', 'truncate'),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(30),
      times: fc.nat(40),
      piece: pieces,
    })
    .map(({ kind, at, length, times, piece }) => (text) => {
      const start = Math.floor(at * text.length)
      const [before, middle, after] = [
        text.slice(0, start),
        text.slice(start, start + length),
        text.slice(start + length),
      ]
      if (kind === 'drop') return before + after
      if (kind === 'repeat') return before + middle.repeat(times) + after
      if (kind === 'insert') return before + piece + middle + after
      return kind === 'replace' ? before + piece + after : before
    })

/** One of `texts`, changed in up to `edits` places. */
export const mutated = (
  texts: readonly string[],
  pieces: fc.Arbitrary<string> = nastyText,
  edits = 6,
): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...texts), fc.array(edit(pieces), { maxLength: edits }))
    .map(([text, changes]) => changes.reduce((changed, change) => change(changed), text))
