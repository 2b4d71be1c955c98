/** Markup that is safe to print as it is. Only `html` and `raw` make it. */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

type Insert = Html | string | number | readonly Insert[] | undefined | false

/** Markup with inserts. Text is escaped, lists are joined, `undefined` and `false` vanish: nothing can be forgotten. */
export const html = (parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html =>
  new Html(parts.reduce((text, part, index) => text + print(inserts[index - 1]) + part))

/** Text of our own that is markup already, such as a style sheet. */
export const raw = (text: string): Html => new Html(text)

function print(insert: Insert): string {
  if (insert === undefined || insert === false) return ''
  if (insert instanceof Html) return insert.toString()
  if (typeof insert === 'object') return insert.map(print).join('')
  return escapeHtml(String(insert))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!)
