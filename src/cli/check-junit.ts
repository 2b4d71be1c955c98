import type { ObjectiveResult } from '../domain/objectives.ts'
import type { ArmTotals } from '../publish/arm-tally.ts'
import type { CheckReport, ScenarioReport } from './check-report.ts'
import { measuredText, objectiveLine, objectiveText, rate } from './check-words.ts'
import { element, textElement } from './xml.ts'

/** A test case that did not pass. `skipped` counts as neither. */
type Outcome = { readonly kind: 'failure' | 'skipped'; readonly type: string; readonly message: string } | undefined

interface TestCase {
  readonly name: string
  readonly outcome: Outcome
  readonly output: string
}

/**
 * The report as JUnit XML, as Jenkins (junit-10.xsd of its xUnit plugin) and GitLab read it: a suite a scenario, a case an
 * objective and an arm. A suite has a failure exactly when the scenario fails; what is undecided is skipped.
 */
export function printJunit(report: CheckReport): string {
  const suites = report.scenarios.map((scenario) => ({ scenario, cases: casesOf(scenario) }))
  const all = suites.flatMap(({ cases }) => cases)
  const counts = { tests: all.length, failures: count(all, 'failure'), errors: 0 }
  const body = suites.map(({ scenario, cases }) => suite(scenario, cases, report)).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'hopwatch check', ...counts }, body)}`
}

const count = (cases: readonly TestCase[], kind: 'failure' | 'skipped'): number =>
  cases.filter(({ outcome }) => outcome?.kind === kind).length

function suite(scenario: ScenarioReport, cases: readonly TestCase[], { seed, startedAt }: CheckReport): string {
  const properties = element('properties', {}, element('property', { name: 'seed', value: seed }))
  const remarks = scenario.remarks.map((remark) => `note: ${remark}\n`).join('')
  const attributes = {
    name: scenario.scenario,
    tests: cases.length,
    failures: count(cases, 'failure'),
    errors: 0,
    skipped: count(cases, 'skipped'),
    timestamp: startedAt.replace(/\.\d+Z$/, ''),
  }
  const printed = cases.map((each) => testCase(scenario.scenario, each)).join('')
  return element('testsuite', attributes, properties + printed + (remarks && textElement('system-out', {}, remarks)))
}

function testCase(scenario: string, { name, outcome, output }: TestCase): string {
  const verdict = outcome && textElement(outcome.kind, { type: outcome.type, message: outcome.message }, output)
  return element(
    'testcase',
    { name, classname: `hopwatch.${scenario}` },
    verdict ?? textElement('system-out', {}, output),
  )
}

function casesOf(scenario: ScenarioReport): TestCase[] {
  return [
    ...scenario.objectives.map((result) => objectiveCase(result)),
    ...scenario.arms.map((arm) => armCase(arm, scenario)),
  ]
}

function objectiveCase(result: ObjectiveResult): TestCase {
  return { name: objectiveText(result), outcome: outcomeOf(result), output: objectiveLine(result) }
}

function outcomeOf(result: ObjectiveResult): Outcome {
  const message = measuredText(result)
  switch (result.status) {
    case 'met':
      return undefined
    case 'broken':
      return { kind: 'failure', type: 'broken', message }
    case 'unmeasured':
      return { kind: 'failure', type: 'unmeasured', message: 'nothing could be measured' }
    case 'undecided':
      return { kind: 'skipped', type: 'undecided', message: `${message}: too few runs to decide` }
  }
}

function armCase(arm: ArmTotals, scenario: ScenarioReport): TestCase {
  return { name: `arm ${arm.arm}`, outcome: armOutcome(arm, scenario), output: armText(arm) }
}

function armOutcome(arm: ArmTotals, { isJudged, isLossProven }: ScenarioReport): Outcome {
  if (arm.carriesToken && !isJudged)
    return { kind: 'failure', type: 'unmeasured', message: 'no read where the token is carried could be judged' }
  if (isLossProven && arm.canaries.lost > 0)
    return {
      kind: 'failure',
      type: 'canary-lost',
      message: `${arm.canaries.lost} canaries never reached the wire: a hop on their way loses tokens`,
    }
  return undefined
}

function armText(arm: ArmTotals): string {
  const findings = Object.entries(arm.findings).flatMap(([finding, found]) =>
    found > 0 ? [`${found} ${finding}`] : [],
  )
  const last =
    arm.lastFinding &&
    `last finding: ${arm.lastFinding.finding} at ${arm.lastFinding.hop}, run ${arm.lastFinding.runId}`
  return [
    `judged ${arm.judgedReads}, stale ${rate(arm.staleRate)}, token loss ${rate(arm.tokenLossRate)}, ${arm.requestUnits?.toFixed(0) ?? '–'} RU`,
    ...(findings.length > 0 ? [`findings: ${findings.join(', ')}`] : []),
    ...(last === undefined ? [] : [last]),
  ].join('\n')
}
