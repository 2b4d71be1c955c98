/** 0 as expected · 1 an objective broken or a problem found · 2 wrong usage or configuration · 3 target not reached · 70 a defect. */
export const exitCodes = { ok: 0, found: 1, usage: 2, unreachable: 3, internal: 70 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Ends a command with a message for its user and an exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}
