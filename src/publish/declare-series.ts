import { canaryStates } from '../domain/canary.ts'
import { findings } from '../domain/finding.ts'
import { guarantees } from '../domain/guarantees.ts'
import { carriedTokens, missedReasons, pollOutcomes, runResults } from '../domain/journey.ts'
import { type OperationKind, writeOutcomes } from '../domain/observation.ts'
import { retryReasons } from '../domain/retries.ts'
import { type Arm, allSteps, armRole, regionLabel, type Scenario } from '../domain/scenario.ts'
import { type TokenState, tokenStates } from '../domain/token-state.ts'
import { isJudged, type Verdict, verdicts } from '../domain/verdict.ts'
import type { Families } from './families.ts'

/**
 * The pairs that exist from the start. A judged read has a claim, so its token has every state but `unclaimed`: an alert on
 * any of these must see the step from 0 to 1. Of the rest, the usual ones; the others appear when they first occur.
 */
export const declaredReads: readonly (readonly [Verdict, TokenState])[] = [
  ...verdicts
    .filter(isJudged)
    .flatMap((verdict) =>
      tokenStates.filter((state) => state !== 'unclaimed').map((state) => [verdict, state] as const),
    ),
  ['failed', 'intact'],
  ['failed', 'dropped'],
  ['failed', 'lost'],
  ['failed', 'unknown'],
  ['undetermined', 'unclaimed'],
  ['undetermined', 'intact'],
  ['unordered', 'unclaimed'],
]

/** Lets every series exist, at zero, that is known from the scenario's file. */
export function declareSeries(scenario: Scenario, families: Families): void {
  const { name } = scenario
  const regions = new Map(scenario.hops.map((hop) => [hop.name, regionLabel(hop)]))
  const regionOf = (hop: string) => regions.get(hop) ?? 'default'
  const operations = operationsOf(scenario)

  const writeRegions = new Set(operations.filter(({ isRead }) => !isRead).map(({ hop }) => regionOf(hop)))
  declareObjectives(scenario, families)
  for (const reason of missedReasons) families.runsMissed.zero([name, reason])
  for (const guarantee of guarantees) families.guaranteeViolations.zero([name, guarantee])
  families.runDuration.zero([name])
  families.scheduleLag.zero([name])
  for (const { hop, operation, isRead } of operations) {
    families.operationDuration.zero([name, hop, regionOf(hop), operation, 'succeeded'])
    if (!isRead) continue
    for (const writeRegion of writeRegions) families.visibility.zero([name, writeRegion, regionOf(hop)])
    families.visibilityUnseen.zero([name, regionOf(hop)])
  }
  const carries = allSteps(scenario.journey).filter((step) => step.kind === 'carry')
  for (const { from } of carries) families.tokenBytes.zero([name, from])

  for (const { name: arm, ...rest } of scenario.arms) {
    const role = armRole({ name: arm, ...rest })
    for (const result of runResults) families.runs.zero([name, arm, result])
    for (const finding of findings) families.findings.zero([name, arm, finding])
    families.versionsBehind.zero([name, arm])
    families.readDuration.zero([name, arm])
    for (const { hop, operation, isRead } of operations) {
      if (operation !== 'request') {
        families.requestUnits.zero([name, arm, hop, operation])
        for (const reason of retryReasons) families.retries.zero([name, arm, hop, reason])
      }
      if (isRead)
        for (const [verdict, state] of declaredReads)
          families.reads.zero([name, arm, hop, regionOf(hop), verdict, state])
      else for (const outcome of writeOutcomes) families.writes.zero([name, arm, hop, regionOf(hop), outcome])
    }
    for (const { from, to, carrier } of carries)
      for (const token of carriedTokens) families.tokenCarries.zero([name, arm, from, to, carrier, token])
    for (const { hop, operation } of pollsOf(scenario, rest.instead)) {
      families.pollShown.zero([name, arm])
      for (const outcome of pollOutcomes) families.polls.zero([name, arm, hop, outcome])
      families.requestUnits.zero([name, arm, hop, operation])
      for (const reason of retryReasons) families.retries.zero([name, arm, hop, reason])
    }
    if (role !== 'canary') continue
    for (const { hop, isRead } of operations)
      if (isRead) for (const state of canaryStates) families.canaries.zero([name, arm, hop, state])
  }
}

function declareObjectives({ name, objectives }: Scenario, families: Families): void {
  for (const objective of ['staleReads', 'tokenLoss', 'retriesPerRead'] as const) {
    const limit = objectives[objective]
    if (limit !== undefined) families.objectiveRatio.set([name, objective], limit)
  }
  if (objectives.p95Ms !== undefined) families.objectiveP95.set([name], objectives.p95Ms / 1000)
}

/** What an arm polls: at its polls, and at its reads where a workaround makes polls of them. */
const pollsOf = ({ journey }: Scenario, instead: Arm['instead']): { hop: string; operation: OperationKind }[] =>
  allSteps(journey).flatMap((step) => {
    if (step.kind === 'poll') return [{ hop: step.at, operation: step.read }]
    return step.kind === 'read' && instead?.kind === 'poll' ? [{ hop: step.at, operation: instead.read }] : []
  })

/** Each operation that the journey makes at each hop, once. */
function operationsOf(scenario: Scenario): { hop: string; operation: OperationKind; isRead: boolean }[] {
  const found = new Map<string, { hop: string; operation: OperationKind; isRead: boolean }>()
  for (const step of allSteps(scenario.journey)) {
    if (step.kind === 'offline')
      for (const operation of step.writes)
        found.set(`${step.at}/${operation}`, { hop: step.at, operation, isRead: false })
    if (step.kind === 'request')
      found.set(`${step.at}/${step.does}`, { hop: step.at, operation: 'request', isRead: step.does === 'read' })
    if (step.kind !== 'write' && step.kind !== 'read') continue
    const operation = step.kind === 'write' ? step.write : step.read
    found.set(`${step.at}/${operation}`, { hop: step.at, operation, isRead: step.kind === 'read' })
  }
  return [...found.values()]
}
