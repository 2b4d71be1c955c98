/** A backslash that escapes, in JSON: behind an even number of others. */
const backslash = String.raw`(?<!\\)(?:\\\\)*\\`

/** Where a run of these letters begins. */
type StartOf = (letters: string) => string

/**
 * To look back keeps the time in proportion: begun anew at each of its letters, a long run would take the square of its length.
 */
const plainStart: StartOf = (letters) => `(?<![${letters}])`

/**
 * The same in JSON with escapes: the letters of an escape (`\n`, `\u0000`) are none of the run's, or what is left would be no JSON any
 * more. Three times as slow.
 */
const escapedStart: StartOf = (letters) =>
  String.raw`(?:${plainStart(letters)}(?<!${backslash}u[\da-f]{0,3})(?!(?<=${backslash})[bfnrtu])|(?<=${backslash}(?:[bfnrt]|u[\da-f]{4})))`

/**
 * What must never be printed, by its shape: the last net under code that already prints no secret. Each pattern stays within
 * one JSON string, so that a scrubbed log line still parses. A simple-form session token (`0:12`) has no shape of its own and
 * is kept out by the types (WireToken) alone.
 */
const secretShapes = (startOf: StartOf): readonly { readonly shape: RegExp; readonly instead: string }[] => [
  { shape: /(?:AccountKey|AccountEndpoint)=[^;"'\s\\]+;?/gi, instead: '[connection string removed]' },
  {
    shape: /type(?:=|%3d)\w+(?:&|%26)ver(?:=|%3d)[\d.]+(?:&|%26)sig(?:=|%3d)[^\s"'&\\]+/gi,
    instead: '[authorization removed]',
  },
  // `https://user:password@host`, as one may write an address, up to the last `@` before the path.
  { shape: /(?<=:\/\/)[^\s/"'\\]{1,1024}@/g, instead: '[credentials removed]@' },
  { shape: /(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, instead: '[authorization removed]' },
  { shape: /eyJ[\w-]{8,1000}\.[\w-]{8,}\.[\w-]*/g, instead: '[authorization removed]' },
  { shape: /sig(?:=|%3d)[\w%+/=-]{8,}/gi, instead: '[signature removed]' },
  {
    shape: new RegExp(
      startOf('\\w-') + String.raw`[\w-]+:-?\d+#\d+(?:#\d+=-?\d+)*(?:,[\w-]+:-?\d+(?:#\d+(?:#\d+=-?\d+)*)?)*`,
      'g',
    ),
    instead: '[session token removed]',
  },
  { shape: new RegExp(startOf('\\d') + String.raw`-?\d+#\d+(?:#\d+=-?\d+)+`, 'g'), instead: '[session token removed]' },
  { shape: new RegExp(startOf('\\w+/=-') + String.raw`[\w+/-]{40,}={1,2}(?![\w+/=])`, 'g'), instead: '[key removed]' },
  {
    shape: new RegExp(
      startOf('\\w+/=-') + String.raw`(?=[\w+/]*[+/])(?=[\w+/]*\d)(?=[\w+/]*[A-Z])[\w+/]{64,}(?![\w+/=])`,
      'g',
    ),
    instead: '[key removed]',
  },
]

const plain = secretShapes(plainStart)
const escaped = secretShapes(escapedStart)

export const scrub = (text: string): string =>
  (text.includes('\\') ? escaped : plain).reduce(
    (scrubbed, { shape, instead }) => scrubbed.replace(shape, instead),
    text,
  )
