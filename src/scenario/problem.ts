/** One mistake in a file, and the way out of it. */
export interface Problem {
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 code units, as editors count. */
  readonly column: number
  /** What is wrong. */
  readonly message: string
  /** What to write or do instead, as an imperative: `write "journey"`. */
  readonly instead: string
}

/** One line: `scenarios/x.yaml:12:7: unknown key "jorney"; write "journey"`. */
export const formatProblem = ({ file, line, column, message, instead }: Problem): string =>
  `${file}:${line}:${column}: ${message}; ${instead}`

/** Reading order, so that a person can work down the file. */
export const byPosition = (left: Problem, right: Problem): number =>
  left.line - right.line || left.column - right.column
