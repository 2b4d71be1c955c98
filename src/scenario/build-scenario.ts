import type { Arm, HopDeclaration, Scenario, Schedule, Step } from '../domain/scenario.ts'
import { buildCarry } from './build-carry.ts'
import { buildRequest } from './build-request.ts'
import type { ScenarioFile, StepFile } from './schema.ts'
import { sendersOf } from './senders.ts'
import { isMapping } from './shape.ts'

const usualJitter = { share: 0.1 } as const

/** The scenario that a file declares. Only for a file in which nothing was found wrong. */
export function buildScenario(file: ScenarioFile): Scenario {
  const senders = sendersOf(file.journey)
  return {
    name: file.scenario,
    about: file.about ?? '',
    target: file.target,
    schedule: buildSchedule(file),
    deadlineMs: file.deadline,
    container: buildContainer(file.container),
    partitionKey: [file.partitionKey ?? []].flat(),
    document: file.document,
    partitions: file.partitions,
    ttlSeconds: file.ttl / 1000,
    visibilityWithinMs: file.visibility.within,
    hops: Object.keys(file.hops).map((name) => buildHop(name, file.hops)),
    journey: file.journey.map((step, index) => buildStep(step, senders[index])),
    arms: buildArms(file.arms),
    objectives: {
      staleReads: file.objectives.staleReads,
      tokenLoss: file.objectives.tokenLoss,
      p95Ms: file.objectives.p95,
      retriesPerRead: file.objectives.retriesPerRead,
    },
    budget: file.budget && { requestUnitsPerSecond: file.budget.requestUnits },
  }
}

function buildSchedule({ every, jitter = usualJitter, cron, timezone }: ScenarioFile): Schedule {
  if (cron !== undefined) return { kind: 'cron', expression: cron, timezone }
  const periodMs = every ?? 0
  return { kind: 'every', periodMs, jitterMs: 'ms' in jitter ? jitter.ms : periodMs * jitter.share }
}

function buildContainer(path = ''): Scenario['container'] {
  const [database = '', container = ''] = path.split('/')
  return { database, container }
}

/** A hop that shares a client has the client's region and retries, whatever it leaves unsaid. */
function buildHop(name: string, hops: ScenarioFile['hops']): HopDeclaration {
  const hop = hops[name]
  const client = hop?.client ?? 'own'
  const owner = isMapping(client) ? hops[client.shared] : hop
  return {
    name,
    region: owner?.region,
    client,
    retries: owner?.retries ?? 'sdk',
    consistency: hop?.consistency ?? 'Session',
    ...(hop?.endpoint !== undefined && { endpoint: hop.endpoint }),
  }
}

function buildStep(step: StepFile, sender: string | undefined): Step {
  if ('wait' in step) return { kind: 'wait', sweepMs: [step.wait].flat() }
  if ('request' in step) return buildRequest(step)
  if ('write' in step) return { kind: 'write', write: step.write, at: step.at }
  if ('read' in step) {
    const read = step.scope === 'cross-partition' ? 'cross-partition-query' : step.read
    return { kind: 'read', read, at: step.at }
  }
  return buildCarry(step, sender ?? '')
}

function buildArms(arms: ScenarioFile['arms']): Arm[] {
  const controlShare = arms?.control?.share ?? 0
  const propagated: Arm = { name: 'propagated', share: 1 - controlShare, token: 'carried' }
  return controlShare > 0 ? [propagated, { name: 'control', share: controlShare, token: 'lost' }] : [propagated]
}
