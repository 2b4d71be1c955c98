/** Options that mean the same to every command that runs scenarios, and that one may therefore write before the command. */
const globalOptions: ReadonlySet<string> = new Set(['--config', '--scenarios', '--log-level'])

/** The arguments with global options that stand before the command put behind it, where the command reads them. */
export function commandFirst(args: readonly string[], commands: readonly string[]): readonly string[] {
  let at = 0
  while (at < args.length) {
    const [name = '', value] = args[at]!.split('=', 2)
    if (!globalOptions.has(name)) break
    at += value === undefined ? 2 : 1
  }
  const command = args[at]
  return at > 0 && command !== undefined && commands.includes(command)
    ? [command, ...args.slice(0, at), ...args.slice(at + 1)]
    : args
}
