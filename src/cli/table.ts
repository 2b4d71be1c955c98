import { stripVTControlCharacters } from 'node:util'

/** Columns under their heads: the first `words` columns to the left, the figures after them to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], words: number): string {
  const widths = head.map((title, column) => Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(width)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - width(cell))
        return column < words ? cell + space : space + cell
      })
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

const width = (text: string) => stripVTControlCharacters(text).length
