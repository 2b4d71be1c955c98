import { readFile } from 'node:fs/promises'
import type { LoadFiles } from '../compose/reload.ts'
import type { ReloadProblem } from '../http/reload.ts'
import { type Configuration, parseConfiguration } from '../scenario/configuration.ts'
import { loadScenarios } from '../scenario/load-scenarios.ts'
import { needsRestart } from '../scenario/needs-restart.ts'
import { letsEverybodyRead } from './public-access.ts'
import { configurationFile, type Environment, type SharedOptions, scenarioPathsOf } from './settings.ts'

export interface ReloadFilesOptions extends Pick<SharedOptions, 'config' | 'scenarios' | 'drills' | 'budget'> {
  readonly allowUnauthenticated?: boolean | string
}

/** How it started: what cannot change. */
interface Started {
  readonly configuration: Configuration
  readonly targets: readonly unknown[]
  readonly allowUnauthenticated: boolean
}

/** Reads the configuration file and the scenarios as at the start. `onLoaded` hears of a configuration that took effect. */
export function reloadFiles(
  options: ReloadFilesOptions,
  env: Environment,
  started: Started,
  onLoaded: (configuration: Configuration) => void,
): LoadFiles {
  return async () => {
    const { configuration, problems } = await readAgain(options.config, env, started.configuration)
    if (configuration === undefined) return { problems }
    const loaded = await loadScenarios(scenarioPathsOf(options, configuration), env)
    const all = [...problems, ...loaded.problems, ...opensDoor(options, started, loaded.scenarios)]
    if (all.length > 0) return { problems: all }
    return {
      scenarios: loaded.scenarios,
      requestUnitsPerSecond: options.budget ?? configuration.budget?.requestUnitsPerSecond,
      onApplied: () => onLoaded(configuration),
    }
  }
}

async function readAgain(
  config: string | undefined,
  env: Environment,
  started: Configuration,
): Promise<{ configuration?: Configuration; problems: readonly ReloadProblem[] }> {
  const { file, isOptional } = configurationFile(config)
  const text = await readFile(file, 'utf8').catch((error: unknown) =>
    isOptional && error instanceof Error && 'code' in error && error.code === 'ENOENT' ? '' : undefined,
  )
  if (text === undefined) return { problems: [{ file, message: 'it cannot be read', instead: 'put it back' }] }
  const { configuration, problems } = parseConfiguration(text, { file, env })
  if (problems) return { problems }
  return { configuration, problems: needsRestart(text, { file, env }, started, configuration) }
}

/** A listener that is open because only the simulator is looked at stays one that looks at nothing else. */
function opensDoor(
  { allowUnauthenticated }: ReloadFilesOptions,
  { targets, allowUnauthenticated: isOpen }: Started,
  scenarios: Parameters<typeof letsEverybodyRead>[1]['scenarios'],
): ReloadProblem[] {
  if (!isOpen || letsEverybodyRead(allowUnauthenticated, { targets, scenarios })) return []
  const message = 'a scenario names a service of yours, and the listener is open to everybody for the demo alone'
  return [{ message, instead: 'set HOPWATCH_API_TOKEN and restart hopwatch' }]
}
