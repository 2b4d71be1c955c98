/** One source file: its path from the root, with `/`, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
const regularExpression = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y
/** What follows an opening quote, up to the closing one; in a template, up to the next placeholder as well. */
const quoted: Readonly<Record<string, RegExp>> = {
  "'": /(?:[^'\\\n]|\\[\s\S])*/y,
  '"': /(?:[^"\\\n]|\\[\s\S])*/y,
  '`': /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y,
}

/**
 * The code alone, as long as the text: comments and regular expressions become blanks, and so do the contents of strings
 * unless `keepStrings`. A light reader of this house's formatted TypeScript, no parser: it tells a regular expression from a
 * division by what stands before the slash.
 */
export function codeOf(text: string, { keepStrings = false } = {}): string {
  let code = ''
  /** Open braces, each with whether it began a placeholder within a template. */
  const braces: boolean[] = []
  const hiddenAt = (): number => lengthOf(comment) || (startsRegularExpression(code) ? lengthOf(regularExpression) : 0)
  const lengthOf = (pattern: RegExp): number => {
    pattern.lastIndex = code.length
    return pattern.exec(text)?.[0].length ?? 0
  }
  const take = (length: number, isVisible = true): void => {
    const piece = text.slice(code.length, code.length + length)
    code += isVisible ? piece : piece.replaceAll(/[^\n]/g, ' ')
  }
  const takeQuoted = (quote: string): void => {
    take(1)
    take(lengthOf(quoted[quote]!), keepStrings)
    if (quote === '`' && text[code.length] === '$') braces.push(true)
    take(quote === '`' && text[code.length] !== '`' ? 2 : 1)
  }
  while (code.length < text.length) {
    const char = text[code.length]!
    const hiddenLength = char === '/' ? hiddenAt() : 0
    if (hiddenLength > 0) take(hiddenLength, false)
    else if (char in quoted) takeQuoted(char)
    else if (char === '}' && braces.pop()) takeQuoted('`')
    else {
      if (char === '{') braces.push(false)
      take(1)
    }
  }
  return code
}

const startsRegularExpression = (before: string): boolean =>
  /(?:^|[([{,;:=!&|?<>+*%~^-]|\breturn)$/.test(before.slice(-120).trimEnd())

/** Everything a file imports, types included: static, re-exported, for its effect, dynamic, and in a type. */
export function importsOf(text: string): string[] {
  const code = codeOf(text, { keepStrings: true })
  const patterns = [
    /^\s*(?:import|export)\b[^'"`;=()]*?\bfrom\s*(['"])(?<specifier>[^'"]+)\1/gm,
    /^\s*import\s*(['"])(?<specifier>[^'"]+)\1/gm,
    /\b(?:import|require|createRequire\([^)]*\))\s*\(\s*(['"`])(?<specifier>[^'"`]+)\1/g,
  ]
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match.groups!.specifier!))
}
