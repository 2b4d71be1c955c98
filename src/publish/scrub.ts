/**
 * What must never be printed, by its shape: the last net under code that already prints no secret. Each pattern stays within
 * one JSON string, so that a scrubbed log line still parses. A simple-form session token (`0:12`) has no shape of its own and
 * is kept out by the types (WireToken) alone. A shape that begins with a run of letters or digits looks back first: begun anew
 * at each letter of a long word, it would take a time that grows with the square of the word.
 */
const secretShapes: readonly { readonly shape: RegExp; readonly instead: string }[] = [
  { shape: /\b(?:AccountKey|AccountEndpoint)=[^;"'\s]+;?/gi, instead: '[connection string removed]' },
  {
    shape: /type(?:=|%3d)\w+(?:&|%26)ver(?:=|%3d)[\d.]+(?:&|%26)sig(?:=|%3d)[^\s"'&]+/gi,
    instead: '[authorization removed]',
  },
  { shape: /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, instead: '[authorization removed]' },
  { shape: /\beyJ[\w-]{8,1000}\.[\w-]{8,}\.[\w-]*/g, instead: '[authorization removed]' },
  // `https://user:password@host`, as one may write an address, up to the last `@` before the path.
  { shape: /(?<=:\/\/)[^\s/"'\\]{1,1024}@/g, instead: '[credentials removed]@' },
  { shape: /\bsig(?:=|%3d)[\w%+/=-]{8,}/gi, instead: '[signature removed]' },
  {
    shape: /(?<![\w-])[\w-]+:-?\d+#\d+(?:#\d+=-?\d+)*(?:,[\w-]+:-?\d+(?:#\d+(?:#\d+=-?\d+)*)?)*/g,
    instead: '[session token removed]',
  },
  { shape: /(?<!\d)-?\d+#\d+(?:#\d+=-?\d+)+/g, instead: '[session token removed]' },
  { shape: /(?<![\w+/=-])[\w+/-]{40,}={1,2}(?![\w+/=])/g, instead: '[key removed]' },
  {
    shape: /(?<![\w+/=-])(?=[\w+/]*[+/])(?=[\w+/]*\d)(?=[\w+/]*[A-Z])[\w+/]{64,}(?![\w+/=])/g,
    instead: '[key removed]',
  },
]

export const scrub = (text: string): string =>
  secretShapes.reduce((scrubbed, { shape, instead }) => scrubbed.replace(shape, instead), text)
