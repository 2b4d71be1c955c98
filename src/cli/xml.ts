import { scrub } from '../publish/scrub.ts'

type Attributes = Readonly<Record<string, string | number>>

/** An element that holds elements, which are already XML. */
export function element(name: string, attributes: Attributes, inner = ''): string {
  const start = `<${name}${Object.entries(attributes).map(printAttribute).join('')}`
  return inner === '' ? `${start}/>\n` : `${start}>\n${inner}</${name}>\n`
}

/** An element that holds plain text. */
export const textElement = (name: string, attributes: Attributes, text: string): string =>
  `<${name}${Object.entries(attributes).map(printAttribute).join('')}>${escaped(text)}</${name}>\n`

const printAttribute = ([name, value]: [string, string | number]): string =>
  // A line break in an attribute would be read as a space.
  ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** XML 1.0 has no way to write these, not even as references: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const unwritable = /[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

const escaped = (text: string): string =>
  scrub(text)
    .replaceAll(unwritable, '\uFFFD')
    .replaceAll(/[&<>"']/g, (sign) => entities[sign]!)
