import type { CarryEvent, FinishedRun, JourneyEvent, PollEvent, ReadEvent, WriteEvent } from '../../domain/journey.ts'
import { runRequestUnits } from '../../domain/journey.ts'
import { failureReason, type Observation } from '../../domain/observation.ts'
import { regionLabel, type Scenario } from '../../domain/scenario.ts'
import { runSpanId } from '../../protocol/trace-context.ts'
import { scrub } from '../scrub.ts'
import { conventions } from './names.ts'
import { type FingerprintOf, type OperationSurroundings, operationSpan, placeOf } from './operation-span.ts'
import type { SpanAttributes, SpanEvent, SpanPlan } from './span-plan.ts'

export interface RunSurroundings {
  /** To be added to a time of an observation to make it a time since the Unix epoch. */
  readonly wallOffsetMs: number
  readonly fingerprintOf: FingerprintOf
}

/**
 * A run as a trace: a span for the whole, below it one for each visit of a hop and one for each carry, below a visit one for each operation. A
 * visit lasts until something is carried to the hop again.
 */
export function runSpans(run: FinishedRun, scenario: Scenario, of: RunSurroundings): SpanPlan {
  const open = new Map<string, SpanPlan[]>()
  const visits: { hop: string; operations: SpanPlan[] }[] = []
  const carries: SpanPlan[] = []
  const events: SpanEvent[] = []
  let cursorMs = run.startedAtWallMs
  for (const event of run.events) {
    if (event.kind === 'carry') {
      open.delete(event.to)
      const span = carrySpan(event, run, of)
      if (span) carries.push(span)
      cursorMs = Math.max(cursorMs, span?.endMs ?? 0)
      continue
    }
    const spans = operationsOf(event, run, scenario, of)
    const hop =
      spans.length > 0 && 'hop' in event ? event.hop : 'observation' in event ? event.observation.hop : undefined
    if (spans.length > 0 && hop !== undefined) {
      const operations = open.get(hop) ?? []
      if (!open.has(hop)) visits.push({ hop, operations })
      open.set(hop, operations)
      operations.push(...spans)
      cursorMs = Math.max(cursorMs, ...spans.map(({ endMs }) => endMs))
      continue
    }
    const told = happening(event)
    if (told) events.push({ ...told, atMs: cursorMs })
  }
  const children = [...visits.map((visit) => visitSpan(visit, scenario)), ...carries]
  const endMs = Math.max(run.startedAtWallMs + run.durationMs, ...children.map((child) => child.endMs))
  return {
    name: `run ${run.scenario}`,
    kind: 'internal',
    spanId: runSpanId(run.id),
    startMs: Math.min(run.startedAtWallMs, ...children.map((child) => child.startMs)),
    endMs,
    attributes: {
      'hopwatch.run.id': run.id,
      'hopwatch.scenario': run.scenario,
      'hopwatch.arm': run.arm,
      'hopwatch.run.result': run.result,
      'hopwatch.finding': run.finding,
      'hopwatch.run.carries_token': run.carriesToken,
      'hopwatch.run.request_units': runRequestUnits(run),
      'hopwatch.schedule.lag': run.scheduleLagMs / 1000,
      'hopwatch.guarantee.violations': violated(run),
      'hopwatch.problem': run.problem === undefined ? undefined : scrub(run.problem),
    },
    events,
    error: runError(run),
    children,
  }
}

const violated = ({ violations }: FinishedRun): readonly string[] | undefined =>
  violations.length === 0 ? undefined : [...new Set(violations.map(({ guarantee }) => guarantee))]

/** Where the token is withheld on purpose, what is found is measurement. */
function runError({ result, finding, carriesToken, problem }: FinishedRun): string | undefined {
  if (result === 'kept' || result === 'undetermined') return undefined
  if (result === 'found') return carriesToken ? finding : undefined
  return problem === undefined ? result : `${result}: ${scrub(problem)}`
}

function visitSpan(
  { hop, operations }: { hop: string; operations: readonly SpanPlan[] },
  { hops }: Scenario,
): SpanPlan {
  const declaration = hops.find(({ name }) => name === hop)
  return {
    name: `hop ${hop}`,
    kind: 'internal',
    startMs: Math.min(...operations.map(({ startMs }) => startMs)),
    endMs: Math.max(...operations.map(({ endMs }) => endMs)),
    attributes: { 'hopwatch.hop': hop, 'hopwatch.region': declaration && regionLabel(declaration) },
    events: [],
    children: operations,
  }
}

/** Undefined where nobody timed it. */
function carrySpan(
  event: CarryEvent,
  { carriesToken }: FinishedRun,
  { wallOffsetMs }: RunSurroundings,
): SpanPlan | undefined {
  const { from, to, carrier, token, cause, tokenBytes, startedAtMs, durationMs, spanId } = event
  if (startedAtMs === undefined || durationMs === undefined) return undefined
  const startMs = startedAtMs + wallOffsetMs
  const isWhole = token === 'intact' || token === 'nothing-to-carry'
  return {
    name: `carry by ${carrier}`,
    kind: spanId === undefined ? 'internal' : 'client',
    spanId,
    startMs,
    endMs: startMs + durationMs,
    attributes: {
      'hopwatch.carrier': carrier,
      'hopwatch.from': from,
      'hopwatch.to': to,
      'hopwatch.token.state': token,
      'hopwatch.token.bytes': tokenBytes,
      'hopwatch.carry.cause': cause,
    },
    events: [],
    error: isWhole || !carriesToken ? undefined : `token ${token}${cause ? ` (${cause})` : ''}`,
    children: [],
  }
}

function operationsOf(event: JourneyEvent, run: FinishedRun, scenario: Scenario, of: RunSurroundings): SpanPlan[] {
  const span = (observation: Observation, judged: Parameters<typeof operationSpan>[2] = {}): SpanPlan =>
    operationSpan(observation, surroundings(observation.hop, run, scenario, of), judged)
  switch (event.kind) {
    case 'write':
      return [span(event.observation, judgedWrite(event))]
    case 'read':
      return [span(event.observation, judgedRead(event, run.carriesToken))]
    case 'poll':
      return event.observations.map((observation, index) =>
        index === event.observations.length - 1
          ? span(observation, judgedPoll(event, run.carriesToken))
          : span(observation),
      )
    case 'visibility':
      return event.observations.map((observation, index) =>
        span(observation, {
          attributes: {
            'hopwatch.reread': true,
            ...(index === event.observations.length - 1 && {
              'hopwatch.visible_after': event.visibleAfterMs === undefined ? undefined : event.visibleAfterMs / 1000,
            }),
          },
        }),
      )
    default:
      return []
  }
}

function surroundings(hop: string, run: FinishedRun, scenario: Scenario, of: RunSurroundings): OperationSurroundings {
  const declaration = scenario.hops.find(({ name }) => name === hop)!
  const instead = scenario.arms.find(({ name }) => name === run.arm)?.instead
  const consistency = instead?.kind === 'consistency' ? instead.level : declaration.consistency
  return { ...of, container: scenario.container, place: placeOf(declaration), consistency }
}

function judgedWrite({ outcome, version, observation }: WriteEvent) {
  const { status, substatus, attempts } = observation
  const errorType =
    outcome === 'succeeded' ? undefined : failureReason(status, substatus, attempts.at(-1)?.failure ?? undefined)
  return { attributes: { 'hopwatch.outcome': outcome, 'hopwatch.version.written': version }, errorType }
}

function judgedRead(event: ReadEvent, carriesToken: boolean) {
  const { judgement, token, finding, claimedVersion, returnedVersion, canary } = event
  const { verdict } = judgement
  const attributes: SpanAttributes = {
    'hopwatch.verdict': verdict,
    'hopwatch.token.state': token,
    'hopwatch.finding': finding,
    'hopwatch.canary': canary,
    'hopwatch.version.claimed': claimedVersion,
    'hopwatch.version.returned': returnedVersion,
    'hopwatch.versions_behind': verdict === 'stale' ? judgement.versionsBehind : undefined,
  }
  // To fail is what a canary's read is for.
  const errorType = verdict === 'failed' && canary !== 'answered' ? judgement.reason : undefined
  const isFound = finding !== undefined && finding !== 'kept' && carriesToken
  return { attributes, errorType, error: isFound ? finding : undefined }
}

function judgedPoll({ outcome, finding, shownAfterMs, claimedVersion }: PollEvent, carriesToken: boolean) {
  const attributes: SpanAttributes = {
    'hopwatch.poll.outcome': outcome,
    'hopwatch.finding': finding,
    'hopwatch.version.claimed': claimedVersion,
    'hopwatch.shown_after': shownAfterMs === undefined ? undefined : shownAfterMs / 1000,
  }
  return { attributes, error: carriesToken ? finding : undefined }
}

/** What takes no operation, as an event of the run, where the step before it ended. */
function happening(event: JourneyEvent): Omit<SpanEvent, 'atMs'> | undefined {
  switch (event.kind) {
    case 'wait':
      return { name: 'hopwatch.wait', attributes: { 'hopwatch.wait.duration': event.waitedMs / 1000 } }
    case 'reconnect':
      return { name: 'hopwatch.reconnect', attributes: { 'hopwatch.hop': event.hop } }
    case 'offline':
      return {
        name: 'hopwatch.offline',
        attributes: { 'hopwatch.hop': event.hop, 'hopwatch.offline.duration': event.offlineMs / 1000 },
      }
    case 'simulate':
      return {
        name: 'hopwatch.simulate',
        attributes: { 'hopwatch.change': event.change, [conventions.errorType]: event.problem },
      }
    default:
      return undefined
  }
}
