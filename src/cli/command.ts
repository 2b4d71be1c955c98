import { Command, Option, type ParseOptionsResult } from 'commander'

/** An option whose variable other commands read too, some of which take words that this one does not. */
export class SharedOption extends Option {
  /** All words that some command takes. */
  readonly wordsAnywhere: readonly string[]

  constructor(flags: string, description: string, wordsAnywhere: readonly string[]) {
    super(flags, description)
    this.wordsAnywhere = wordsAnywhere
  }
}

/** A command whose every option can also be set in the environment: `--grace` is HOPWATCH_GRACE. */
export class HopwatchCommand extends Command {
  override createCommand(name?: string): HopwatchCommand {
    return new HopwatchCommand(name)
  }

  /** Named before commander adds it: a variable named later is shown in the help and never read. */
  override addOption(option: Option): this {
    if (option.envVar === undefined) option.env(`HOPWATCH_${option.name().replaceAll('-', '_').toUpperCase()}`)
    super.addOption(option)
    // commander takes a switch for set whatever its variable holds, "false" as well: here it gets the word (see isTrue).
    const event = `optionEnv:${option.name()}`
    const { envVar } = option
    if (option.isBoolean() && envVar !== undefined) {
      this.on(event, () => this.setOptionValueWithSource(option.attributeName(), process.env[envVar], 'env'))
    }
    return this
  }
  /** What is set for another command, as for all of a CI job, must not break this one. */
  override parseOptions(args: string[]): ParseOptionsResult {
    const parsed = super.parseOptions(args)
    for (const option of this.options) if (option instanceof SharedOption) this.#passOver(option)
    return parsed
  }

  #passOver(option: SharedOption): void {
    const { envVar, argChoices: own = [], defaultValue } = option
    const word = envVar === undefined ? undefined : process.env[envVar]
    const isForAnother = word !== undefined && !own.includes(word) && option.wordsAnywhere.includes(word)
    if (!isForAnother || this.getOptionValueSource(option.attributeName()) === 'cli') return
    process.stderr.write(`${envVar}=${word} is for another command; ${this.name()} prints ${defaultValue}\n`)
    // A source that commander does not know keeps it from reading the variable.
    this.setOptionValueWithSource(option.attributeName(), defaultValue, 'passed over')
  }
}
