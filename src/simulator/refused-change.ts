/** What an operator asked for is not possible in the account's present state; nothing has changed. */
export class RefusedChange extends Error {
  /** It is an answer, not a defect: where it was given says nothing, and to find out costs more than most changes. */
  constructor(message: string) {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
  }
}
