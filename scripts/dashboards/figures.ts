import { findings } from '../../src/domain/finding.ts'
import { readKinds } from '../../src/domain/scenario.ts'
import { isKnownState, tokenStates, uncovering } from '../../src/domain/token-state.ts'
import { isJudged, isStale, verdicts } from '../../src/domain/verdict.ts'
import { catalogue } from '../../src/publish/catalogue.ts'
import { leastAllowedShare } from '../../src/publish/rules/thresholds.ts'
import { increase, type Matches, ratio, series, sumBy } from './promql.ts'

type ReadMatches = Matches<typeof catalogue.reads>

const staleVerdicts = verdicts.filter(isStale)
const judgedVerdicts = verdicts.filter(isJudged)
const uncoveredStates = tokenStates.filter((state) => uncovering.has(state))
const knownStates = tokenStates.filter(isKnownState)

/** The arm that carries the token as the journey declares: what users have. */
export const carried = { arm: 'propagated' } as const

/** Counts of reads over a range, as verdicts.md has them: numerators and denominators of the two rates. */
const count = (by: readonly string[], matches: ReadMatches, over?: string): string =>
  sumBy(by, increase(series(catalogue.reads, matches), over))
export const stale = (by: readonly string[], matches: ReadMatches = carried, over?: string): string =>
  count(by, { ...matches, verdict: staleVerdicts }, over)
export const judged = (by: readonly string[], matches: ReadMatches = carried, over?: string): string =>
  count(by, { ...matches, verdict: judgedVerdicts }, over)
export const uncovered = (by: readonly string[], matches: ReadMatches = carried, over?: string): string =>
  count(by, { ...matches, token: uncoveredStates }, over)
export const claimed = (by: readonly string[], matches: ReadMatches = carried, over?: string): string =>
  count(by, { ...matches, token: knownStates }, over)

export const staleRate = (by: readonly string[], matches?: ReadMatches, over?: string): string =>
  ratio(stale(by, matches, over), judged(by, matches, over))
export const lossRate = (by: readonly string[], matches?: ReadMatches, over?: string): string =>
  ratio(uncovered(by, matches, over), claimed(by, matches, over))

/** What a carry brought, of what could be brought. */
const brought = ['intact', 'lost', 'behind', 'foreign', 'malformed'] as const
export const carryLoss = (by: readonly string[], arm: string, over: string): string => {
  const carries = (token: readonly string[]) =>
    sumBy(by, increase(series(catalogue.tokenCarries, { arm, token }), over))
  return ratio(carries(brought.slice(1)), carries(brought))
}

const found = (names: readonly string[], over?: string): string =>
  sumBy(['scenario'], increase(series(catalogue.findings, { arm: ['propagated', 'canary'], finding: names }), over))

/** Each finding's weight in the state of a scenario; `unpromised` is what the level allows, `kept` what it should be. */
const seenFindings = findings.filter(
  (name) => name.endsWith('-seen') || name === 'never-shown' || name === 'unexplained',
)
const latentFindings = findings.filter(
  (name) => name.endsWith('-latent') || name.endsWith('-lucky') || name === 'canary-lost',
)
const brokenFindings = ['broken-promise', 'canary-ignored'] as const

/** 0 kept, 1 tokens lost or dropped while reads were still fresh, 2 or 3 stale reads, 4 and more a promise broken. */
export const state = (over?: string): string =>
  `clamp_max(4 * (${found(brokenFindings, over)} > bool 0) + 2 * (${found(seenFindings, over)} > bool 0)` +
  ` + (${found(latentFindings, over)} > bool 0), 4)`

/** What a scenario spends of an objective: 1 spends exactly what it allows. The alerts take the same least share. */
export const burn = (of: string, objective: string): string =>
  `${of} / on (scenario) clamp_min(${maxObjective(objective)}, ${leastAllowedShare})`
const maxObjective = (objective: string): string =>
  `max by (scenario) (${series(catalogue.objectiveRatio, { objective })})`

export const readOperations: readonly string[] = [...readKinds, 'request']
