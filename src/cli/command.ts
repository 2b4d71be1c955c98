import { Command, type Option } from 'commander'

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
}
