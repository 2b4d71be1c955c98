/** One mistake in a file, and the way out of it. */
export interface Problem {
  readonly file: string
  /** 1-based; undefined: it is about the file as a whole, which may not even be there. */
  readonly line?: number
  /** 1-based, in UTF-16 code units, as editors count; there exactly when `line` is. */
  readonly column?: number
  /** What is wrong. */
  readonly message: string
  /** What to write or do instead, as an imperative: `write "journey"`. */
  readonly instead: string
}

/** One line: `scenarios/x.yaml:12:7: unknown key "jorney"; write "journey"`. */
export const formatProblem = ({ file, line, column, message, instead }: Problem): string =>
  `${[file, line, column].filter((part) => part !== undefined).join(':')}: ${message}; ${instead}`

/** Reading order, so that a person can work down the file. */
export const byPosition = (left: Problem, right: Problem): number =>
  (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0)
