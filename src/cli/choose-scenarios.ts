import type { Scenario } from '../domain/scenario.ts'
import { CommandError, exitCodes } from './command-error.ts'

/** Those of these names, or all of them; a name that is none of theirs is wrong usage. */
export function chooseScenarios(scenarios: readonly Scenario[], names: readonly string[]): readonly Scenario[] {
  const known = scenarios.map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    throw new CommandError(
      exitCodes.usage,
      `There is no scenario ${unknown.join(', ')}; there are ${known.join(', ')}.`,
    )
  }
  return names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name))
}
