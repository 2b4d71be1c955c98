import type { Finding } from '../domain/finding.ts'
import type { FinishedRun, JourneyEvent, PollEvent } from '../domain/journey.ts'
import type { Observation } from '../domain/observation.ts'
import { retriesOf } from '../domain/retries.ts'
import { isStale } from '../domain/verdict.ts'
import { awaitedWrite } from '../domain/visibility.ts'
import type { Families } from './families.ts'
import type { Exemplar } from './metric-family.ts'

/** Declared region by hop: a label comes from the file, never from an answer. */
export type Regions = ReadonlyMap<string, string>

/** Adds a run to the counters and histograms of its scenario. What happened at a hop that the file does not name is left out. */
export function countRun(run: FinishedRun, regions: Regions, families: Families): void {
  families.runs.add([run.scenario, run.arm, run.result])
  families.runDuration.observe([run.scenario], run.durationMs / 1000)
  families.scheduleLag.observe([run.scenario], run.scheduleLagMs / 1000)
  // Where the token is withheld on purpose, a violation is measurement.
  if (run.carriesToken)
    for (const { guarantee } of run.violations) families.guaranteeViolations.add([run.scenario, guarantee])
  if (run.finding !== undefined && isNews(run, run.finding))
    families.lastFinding.set([run.scenario, run.finding], (run.startedAtWallMs + run.durationMs) / 1000)
  for (const event of run.events) countEvent(event, run, regions, families)
}

function countEvent(event: JourneyEvent, run: FinishedRun, regions: Regions, families: Families): void {
  const { scenario, arm } = run
  switch (event.kind) {
    case 'wait':
    case 'reconnect':
    case 'offline':
    case 'parallel':
    case 'simulate':
      return
    case 'poll': {
      const { hop, operation, outcome, shownAfterMs, finding } = event
      if (!regions.has(hop)) return
      families.polls.add([scenario, arm, hop, outcome])
      if (shownAfterMs !== undefined) families.pollShown.observe([scenario, arm], shownAfterMs / 1000)
      if (finding) families.findings.add([scenario, arm, finding])
      families.readDuration.observe([scenario, arm], pollDurationMs(event) / 1000)
      families.requestUnits.add([scenario, arm, hop, operation], event.requestUnits)
      for (const reason of event.retries) families.retries.add([scenario, arm, hop, reason])
      return
    }
    case 'carry':
      if (!regions.has(event.from) || !regions.has(event.to)) return
      families.tokenCarries.add([scenario, arm, event.from, event.to, event.carrier, event.token])
      if (event.token !== 'nothing-to-carry') families.tokenBytes.observe([scenario, event.from], event.tokenBytes)
      return
    case 'visibility': {
      const region = regions.get(event.hop)
      const operation = event.observations[0]?.operation
      if (region === undefined) return
      if (event.visibleAfterMs === undefined) families.visibilityUnseen.add([scenario, region])
      else {
        const write = awaitedWrite(run.events, event)
        const writeRegion = write && regions.get(write.observation.hop)
        if (writeRegion !== undefined)
          families.visibility.observe([scenario, writeRegion, region], event.visibleAfterMs / 1000)
      }
      if (operation && operation !== 'request')
        families.requestUnits.add([scenario, arm, event.hop, operation], event.requestUnits)
      for (const { attempts } of event.observations)
        for (const reason of retriesOf(attempts)) families.retries.add([scenario, arm, event.hop, reason])
      return
    }
    case 'write': {
      const { hop, operation } = event.observation
      const region = regions.get(hop)
      if (region === undefined) return
      families.writes.add([scenario, arm, hop, region, event.outcome])
      countOperation(event.observation, region, event.outcome, run, families)
      if (operation !== 'request') families.requestUnits.add([scenario, arm, hop, operation], event.requestUnits)
      for (const reason of event.retries) families.retries.add([scenario, arm, hop, reason])
      return
    }
    case 'read': {
      const { hop, operation, durationMs } = event.observation
      const region = regions.get(hop)
      if (region === undefined) return
      const { judgement } = event
      const exemplar = isStale(judgement.verdict) ? exemplarOf(run) : undefined
      families.reads.add([scenario, arm, hop, region, judgement.verdict, event.token], 1, exemplar)
      if (event.finding) families.findings.add([scenario, arm, event.finding])
      if (event.canary) families.canaries.add([scenario, arm, hop, event.canary])
      if (judgement.verdict === 'stale') families.versionsBehind.observe([scenario, arm], judgement.versionsBehind)
      if (judgement.verdict === 'fresh') families.versionsBehind.observe([scenario, arm], 0)
      families.readDuration.observe([scenario, arm], durationMs / 1000)
      const outcome = judgement.verdict === 'failed' ? 'failed' : 'succeeded'
      countOperation(event.observation, region, outcome, run, families)
      if (operation !== 'request') families.requestUnits.add([scenario, arm, hop, operation], event.requestUnits)
      for (const reason of event.retries) families.retries.add([scenario, arm, hop, reason])
    }
  }
}

const countOperation = (
  { hop, operation, durationMs }: Observation,
  region: string,
  outcome: string,
  run: FinishedRun,
  { operationDuration }: Families,
): void =>
  operationDuration.observe([run.scenario, hop, region, operation, outcome], durationMs / 1000, exemplarOf(run))

const exemplarOf = ({ id, startedAtWallMs }: FinishedRun): Exemplar => ({ runId: id, atWallMs: startedAtWallMs })

/** Where the token is withheld on purpose, what is found is measurement. */
const isNews = ({ carriesToken }: FinishedRun, finding: Finding): boolean =>
  finding !== 'kept' && (carriesToken || finding === 'canary-lost' || finding === 'canary-ignored')

function pollDurationMs({ observations }: PollEvent): number {
  const [first, last] = [observations[0], observations.at(-1)]
  return first && last ? last.startedAtMs + last.durationMs - first.startedAtMs : 0
}
