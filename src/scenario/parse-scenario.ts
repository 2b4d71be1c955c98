import type { Scenario } from '../domain/scenario.ts'
import { buildScenario } from './build-scenario.ts'
import { checkShape, type KeyAdvice, salvage } from './check-shape.ts'
import { byPosition, type Problem } from './problem.ts'
import { endpointRules } from './rules/endpoints.ts'
import { hopRules } from './rules/hops.ts'
import { journeyRules } from './rules/journey.ts'
import { remoteRules } from './rules/remotes.ts'
import type { Draft, Rule } from './rules/rule.ts'
import { simulateRules } from './rules/simulate.ts'
import { timeRules } from './rules/times.ts'
import { wholeRules } from './rules/whole.ts'
import { scenarioFile } from './schema.ts'
import { isMapping } from './shape.ts'
import { readYaml, type Source, type YamlFile } from './yaml-file.ts'

export type ParsedScenario =
  | { readonly scenario: Scenario; readonly problems?: never }
  | { readonly scenario?: never; readonly problems: readonly Problem[] }

const rules: readonly Rule[] = [
  ...timeRules,
  ...hopRules,
  ...journeyRules,
  ...endpointRules,
  ...remoteRules,
  ...simulateRules,
  ...wholeRules,
]

const advice: KeyAdvice = {
  keys: {
    // What an earlier draft or another tool would call it; too far from the real name to be guessed by its letters.
    name: { message: 'unknown key "name"', instead: 'write "scenario"' },
    schedule: { message: 'unknown key "schedule"', instead: 'write "every" or "cron"' },
    'arms.propagated.share': {
      message: 'the share of "propagated" is what the other arms leave',
      instead: 'leave it out',
    },
    'hops.*.remote': { message: 'unknown key "remote"', instead: 'write "url"' },
    steps: { message: 'unknown key "steps"', instead: 'write "journey"' },
  },
}

/**
 * The scenario that `text` declares, or everything that is wrong with it, in the order of the file. Pure; never throws.
 * `source.file` names the file in the problems; `source.env` answers its `${VAR}`.
 */
export function parseScenario(text: string, source: Source): ParsedScenario {
  const file = readYaml(text, source)
  if (!file.isReadable) return { problems: file.problems }
  const problems = allProblems(file, [
    ...checkShape(file, scenarioFile, advice),
    ...checkSchedule(file),
    ...checkContainer(file),
    ...checkRules(file),
  ])
  if (problems.length > 0) return { problems }
  return { scenario: buildScenario(scenarioFile.parse(file.value)) }
}

/** Asked of the file itself: a period that is wrong in itself is still a period. */
function checkSchedule(file: YamlFile): Problem[] {
  if (!isMapping(file.value) || 'every' in file.value || 'cron' in file.value) return []
  return [file.problemAt([], 'key', 'nothing says when runs start', 'add for example "every: 2s"')]
}

/** A container is needed unless every hop is a service of which nothing is known. */
function checkContainer(file: YamlFile): Problem[] {
  const { value } = file
  if (!isMapping(value)) return []
  const hops = isMapping(value.hops) ? Object.values(value.hops) : []
  if (hops.length > 0 && hops.every((hop) => isMapping(hop) && 'endpoint' in hop)) return []
  return ['container', 'partitionKey']
    .filter((key) => !(key in value))
    .map((key) => file.problemAt([], 'key', `the key "${key}" is missing`, `add "${key}:"`))
}

function checkRules(file: YamlFile): Problem[] {
  const draft = salvage(scenarioFile, file.value) as Draft | undefined
  if (draft === undefined) return []
  return rules
    .flatMap((rule) => rule(draft))
    .map(({ path, part, message, instead }) => file.problemAt(path, part, message, instead))
}

/** In reading order. What was wrong with a scalar's text is not repeated for its value. */
export function allProblems(file: YamlFile, found: readonly Problem[]): Problem[] {
  const taken = new Set(file.problems.map(({ line, column }) => `${line}:${column}`))
  return [...file.problems, ...found.filter(({ line, column }) => !taken.has(`${line}:${column}`))].toSorted(byPosition)
}
