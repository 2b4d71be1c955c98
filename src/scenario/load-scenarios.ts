import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scenario } from '../domain/scenario.ts'
import type { Environment } from './interpolate.ts'
import { parseScenario } from './parse-scenario.ts'
import type { Problem } from './problem.ts'
import { quote } from './words.ts'

export interface LoadedScenarios {
  /** Those without problems, in the order of the paths, then of the file names. */
  readonly scenarios: readonly Scenario[]
  readonly problems: readonly Problem[]
}

/**
 * Reads scenario files, and the scenario files directly within directories. Never rejects: a path that cannot be read,
 * a directory without scenarios and a name that two files claim are problems like any other.
 */
export async function loadScenarios(paths: readonly string[], env: Environment): Promise<LoadedScenarios> {
  const found = await Promise.all(paths.map(listFiles))
  const problems = found.flatMap((each) => each.problems)
  const files = [...new Set(found.flatMap((each) => each.files))]
  const fileOf = new Map<string, string>()
  const scenarios: Scenario[] = []
  for (const file of files) {
    const parsed = await parseFile(file, env)
    const first = parsed.scenario && fileOf.get(parsed.scenario.name)
    if (parsed.problems) problems.push(...parsed.problems)
    else if (first !== undefined) problems.push(takenName(file, parsed.scenario.name, first))
    else {
      fileOf.set(parsed.scenario.name, file)
      scenarios.push(parsed.scenario)
    }
  }
  return { scenarios, problems }
}

/** The configuration file may lie beside them. */
const isScenarioFile = (name: string) => /\.ya?ml$/.test(name) && name !== 'hopwatch.yaml'

async function listFiles(path: string): Promise<{ files: string[]; problems: Problem[] }> {
  try {
    if (!(await stat(path)).isDirectory()) return { files: [path], problems: [] }
    const names = (await readdir(path)).filter(isScenarioFile).toSorted()
    const none = {
      file: path,
      message: 'no scenario in this directory',
      instead: `add a file that ends in .yaml: ${begin}`,
    }
    return { files: names.map((name) => join(path, name)), problems: names.length === 0 ? [none] : [] }
  } catch (error) {
    return { files: [], problems: [unreadable(path, error)] }
  }
}

async function parseFile(file: string, env: Environment): Promise<ReturnType<typeof parseScenario>> {
  try {
    return parseScenario(await readFile(file, 'utf8'), { file, env })
  } catch (error) {
    return { problems: [unreadable(file, error)] }
  }
}

const takenName = (file: string, name: string, first: string): Problem => ({
  file,
  line: 1,
  column: 1,
  message: `the name ${quote(name)} is already taken by ${first}`,
  instead: 'write another name after "scenario:"',
})

/** For somebody in a folder of their own, who has none yet. */
const begin = "to begin, copy one of hopwatch's own scenarios/ and change it (docs/scenario-file.md)"

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'no permission to read it',
  EISDIR: 'this is a directory',
}

const unreadable = (path: string, error: unknown): Problem => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const named = 'name your scenario file, or the directory that holds some, with --scenarios'
  return {
    file: path,
    message: reasons[code] ?? `it cannot be read (${code})`,
    instead: code === 'ENOENT' ? `${named}; ${begin}` : named,
  }
}
