import type { AlarmPlan } from './alarm.ts'
import type { FinishedRun, ReadEvent } from './journey.ts'
import type { CarrierKind, Objectives } from './scenario.ts'
import { armRole, type Scenario } from './scenario.ts'
import { isKnownState, uncovering } from './token-state.ts'
import { isJudged, isStale } from './verdict.ts'

/** What a scenario is watched for. */
export const alarmKinds = ['tokenLoss', 'staleReads'] as const
export type AlarmKind = (typeof alarmKinds)[number]

/** Of a reader's cause or place: the carry that did not bring the token, or the hop that read. */
export type Suspect =
  | { readonly from: string; readonly to: string; readonly carrier: CarrierKind }
  | { readonly hop: string; readonly region: string }

/** What one run says to one alarm. */
export interface AlarmObservation {
  /** Share of its reads that went wrong, in 0…1. */
  readonly wrong: number
  /** Where; empty when nothing went wrong. */
  readonly suspects: readonly Suspect[]
}

/** No rate can be tested against none at all: an objective of 0 % tolerates one read in two thousand. */
const leastTolerated = 0.0005

/** p0 of an alarm: the objective, or the least that can be tested. Undefined: everything is tolerated, so there is no alarm. */
export function toleratedRate(objectives: Objectives, kind: AlarmKind): number | undefined {
  const objective = objectives[kind] ?? 0
  return objective >= 1 ? undefined : Math.max(objective, leastTolerated)
}

/**
 * Of a scenario's false-alarm budget. The loss of a token comes before all that is stale, and is the regression that the alarm is
 * for; a stale read with its token intact is told of at once, by itself, and needs no test.
 */
const budgetShares: Readonly<Record<AlarmKind, number>> = { tokenLoss: 0.9, staleReads: 0.1 }

/**
 * How an alarm of a scenario tests, given how often the scenario runs and the time in which both its alarms together may raise one
 * false alarm on average. Only the runs that carry the token are watched.
 */
export function alarmPlan(
  scenario: Pick<Scenario, 'objectives' | 'arms'>,
  kind: AlarmKind,
  { periodMs, falseAlarmEveryMs }: { readonly periodMs: number; readonly falseAlarmEveryMs: number },
): AlarmPlan | undefined {
  const rate = toleratedRate(scenario.objectives, kind)
  const watched = scenario.arms.reduce((sum, arm) => (armRole(arm) === 'propagated' ? sum + arm.share : sum), 0)
  if (rate === undefined || watched === 0) return undefined
  const runs = (falseAlarmEveryMs / periodMs) * watched
  return { toleratedRate: rate, runsPerFalseAlarm: runs / budgetShares[kind] }
}

/** One run is one observation, because the reads of a run share their fate. Undefined where it says nothing. */
export function observeRun(run: FinishedRun, kind: AlarmKind): AlarmObservation | undefined {
  const reads = run.events.filter((event): event is ReadEvent => event.kind === 'read')
  const { counts, isWrong } = reading[kind]
  const counted = reads.filter(counts)
  if (counted.length === 0) return undefined
  const wrong = counted.filter(isWrong)
  return { wrong: wrong.length / counted.length, suspects: wrong.length === 0 ? [] : suspectsOf(run, kind, wrong) }
}

/** The denominators and numerators of the rates of the same name: a token whose state is unknown says nothing for or against. */
const reading: Readonly<
  Record<AlarmKind, { counts: (read: ReadEvent) => boolean; isWrong: (read: ReadEvent) => boolean }>
> = {
  tokenLoss: { counts: ({ token }) => isKnownState(token), isWrong: ({ token }) => uncovering.has(token) },
  staleReads: {
    counts: ({ judgement }) => isJudged(judgement.verdict),
    isWrong: ({ judgement }) => isStale(judgement.verdict),
  },
}

/** The carries of the run that did not bring what they were given; where each did, the hops that read without the token, or stale. */
function suspectsOf({ events }: FinishedRun, kind: AlarmKind, wrong: readonly ReadEvent[]): Suspect[] {
  const carries = events.flatMap((event) =>
    event.kind === 'carry' && isDamaged.has(event.token)
      ? [{ from: event.from, to: event.to, carrier: event.carrier }]
      : [],
  )
  if (carries.length > 0 && (kind === 'tokenLoss' || wrong.some(({ token }) => uncovering.has(token)))) return carries
  return wrong.map(({ observation: { hop }, region }) => ({ hop, region }))
}

const isDamaged: ReadonlySet<string> = new Set(['lost', 'behind', 'foreign', 'malformed'])

/** `gateway → itinerary by redirect`, `itinerary in North Europe`. */
export const printSuspect = (suspect: Suspect): string =>
  'hop' in suspect ? `${suspect.hop} in ${suspect.region}` : `${suspect.from} → ${suspect.to} by ${suspect.carrier}`
