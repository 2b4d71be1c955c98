/** What the operator asked for cannot be: `message` says what is wrong, `instead` what to write. Ends with exit code 2. */
export class ConfigurationProblem extends Error {
  override readonly name = 'ConfigurationProblem'
  readonly instead: string

  constructor(message: string, instead: string) {
    super(message)
    this.instead = instead
  }
}
