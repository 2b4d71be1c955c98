import type { Arm, HopDeclaration, Polling, Scenario, Schedule, Step } from '../domain/scenario.ts'
import { buildCarry } from './build-carry.ts'
import { buildRequest } from './build-request.ts'
import { placedSteps } from './placed-steps.ts'
import type { ScenarioFile, StepFile } from './schema.ts'
import { isMapping } from './shape.ts'

const usualJitter = { share: 0.1 } as const

/** The scenario that a file declares. Only for a file in which nothing was found wrong. */
export function buildScenario(file: ScenarioFile): Scenario {
  const senders = new Map(placedSteps(file.journey).map(({ step, sender }) => [step, sender]))
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
    journey: file.journey.map((step) => buildStep(step, senders)),
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
    ...(hop?.url !== undefined && { remote: hop.url }),
    ...(hop?.endpoint !== undefined && { endpoint: hop.endpoint }),
  }
}

type Senders = ReadonlyMap<StepFile, string | undefined>

function buildStep(step: StepFile, senders: Senders): Step {
  if ('wait' in step) return { kind: 'wait', sweepMs: [step.wait].flat() }
  if ('request' in step) return buildRequest(step)
  if ('write' in step) return { kind: 'write', write: step.write, at: step.at }
  if ('loseResponse' in step) return { kind: 'write', write: step.loseResponse, at: step.at, losesResponse: true }
  if ('read' in step) return { kind: 'read', read: inScope(step.read, step.scope), at: step.at }
  if ('poll' in step) return { kind: 'poll', at: step.at, ...buildPolling(step) }
  if ('simulate' in step) return buildChange(step)
  if ('reconnect' in step) return { kind: 'reconnect', at: step.reconnect }
  if ('offline' in step) return { kind: 'offline', at: step.at, sweepMs: [step.offline].flat(), writes: step.writes }
  if ('parallel' in step)
    return { kind: 'parallel', branches: step.parallel.map((steps) => steps.map((each) => buildStep(each, senders))) }
  return buildCarry(step, senders.get(step) ?? '')
}

const inScope = <Read extends string>(read: Read, scope: string | undefined) =>
  scope === 'cross-partition' ? 'cross-partition-query' : read

const buildChange = ({ simulate, to = '' }: Extract<StepFile, { readonly simulate: unknown }>): Step =>
  simulate === 'failover' ? { kind: 'simulate', change: simulate, to } : { kind: 'simulate', change: simulate }

type PollFile = NonNullable<NonNullable<NonNullable<ScenarioFile['arms']>['workaround']>['reads']>

const buildPolling = ({ poll, every, within, scope }: PollFile): Polling => ({
  read: inScope(poll, scope),
  everyMs: every,
  withinMs: within,
})

/** The first arm has the runs that the others leave. */
function buildArms({ control, canary, workaround }: NonNullable<ScenarioFile['arms']> = {}): Arm[] {
  const others: Arm[] = []
  if (control) others.push({ name: 'control', share: control.share, token: 'lost' })
  if (canary) others.push({ name: 'canary', share: canary.share, token: 'unsatisfiable' })
  if (workaround)
    others.push({ name: 'workaround', share: workaround.share, token: 'lost', ...buildInstead(workaround) })
  const left = others.reduce((share, arm) => share - arm.share, 1)
  return [{ name: 'propagated', share: left, token: 'carried' }, ...others]
}

function buildInstead({
  reads,
  consistency,
}: NonNullable<NonNullable<ScenarioFile['arms']>['workaround']>): Pick<Arm, 'instead'> {
  if (reads) return { instead: { kind: 'poll', ...buildPolling(reads) } }
  return consistency ? { instead: { kind: 'consistency', level: consistency } } : {}
}
