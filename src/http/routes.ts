import { type Finding, findings } from '../domain/finding.ts'
import type { FinishedRun } from '../domain/journey.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { Alarms } from '../publish/alarms.ts'
import { chooseFormat } from '../publish/exposition.ts'
import type { RunHistory } from '../publish/history.ts'
import type { PrometheusMetrics } from '../publish/prometheus.ts'
import type { Recent } from '../publish/recent.ts'
import { runSummary, runToJson } from '../publish/run-json.ts'
import type { Totals } from '../publish/totals.ts'
import type { Obstacle } from '../schedule/scheduler.ts'
import { renderPage } from './page.ts'
import { judgeReadiness, type ReadinessState } from './readiness.ts'
import { type ReloadOutcome, type ReloadState, reloadAnswer } from './reload.ts'
import { readStatus, type Status } from './status.ts'

/** What the routes read from. Functions are asked anew for each request. */
export interface Sources {
  readonly metrics: PrometheusMetrics
  readonly totals: Totals
  readonly recent: Recent
  readonly alarms?: Alarms | undefined
  readonly history: RunHistory
  readonly scenarios: () => readonly Scenario[]
  readonly readiness: () => ReadinessState
  /** Starts a run besides the schedule; the run once it has ended, or what stands in its way. */
  readonly runNow: (scenario: string) => Promise<FinishedRun> | Obstacle
  /** Reads the files anew and runs what they say. */
  readonly reload: () => Promise<ReloadOutcome>
  /** How the files were found when they were last read. */
  readonly configuration: () => ReloadState
  /** Secret of this process, under which tokens are fingerprinted. */
  readonly fingerprintKey: Uint8Array | string
  readonly version: string
  readonly startedAtWallMs: number
  readonly wallMs: () => number
}

interface RouteRequest {
  readonly accept: string | undefined
  readonly query: Readonly<Record<string, unknown>>
  readonly params: Readonly<Record<string, string>>
  /** Whether the request may read everything; false only on a route that is open. */
  readonly isTrusted: boolean
}

export interface Reply {
  readonly status: number
  readonly contentType: string
  /** In pieces where it is large. */
  readonly body: string | readonly Buffer[]
}

/** Whoever asked is told what was wrong; `status` is the HTTP status. */
export class RequestProblem extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface Route {
  /** What changes something is a POST, and needs the token on any listener. */
  readonly method: 'GET' | 'POST'
  readonly url: string
  /**
   * Whether it answers without a token on a public listener, as a kubelet's probes ask: then it says no more than that the process
   * lives, or is ready.
   */
  readonly isOpen: boolean
  readonly answer: (sources: Sources, request: RouteRequest) => Reply | Promise<Reply>
}

/** The table of contents of the HTTP interface. */
export const routes: readonly Route[] = [
  { method: 'GET', url: '/healthz', isOpen: true, answer: () => json(200, { status: 'alive' }) },
  { method: 'GET', url: '/readyz', isOpen: true, answer: answerReadiness },
  { method: 'GET', url: '/metrics', isOpen: false, answer: answerMetrics },
  { method: 'GET', url: '/', isOpen: false, answer: (sources) => html(renderPage(statusNow(sources))) },
  { method: 'GET', url: '/api/v1/scenarios', isOpen: false, answer: (sources) => json(200, statusNow(sources)) },
  { method: 'GET', url: '/api/v1/runs', isOpen: false, answer: answerRuns },
  { method: 'GET', url: '/api/v1/runs/:id', isOpen: false, answer: answerRun },
  { method: 'POST', url: '/api/v1/scenarios/:name/run', isOpen: false, answer: answerRunNow },
  { method: 'POST', url: '/-/reload', isOpen: false, answer: answerReload },
]

function answerReadiness({ readiness }: Sources, { isTrusted }: RouteRequest): Reply {
  const judged = judgeReadiness(readiness())
  return json(judged.ready ? 200 : 503, isTrusted ? judged : { ready: judged.ready })
}

/** Answers when what the files say runs, or with what is wrong with them. */
async function answerReload({ reload }: Sources): Promise<Reply> {
  const { status, body } = reloadAnswer(await reload())
  return json(status, body)
}

async function answerMetrics({ metrics }: Sources, { accept }: RouteRequest): Promise<Reply> {
  return { status: 200, ...(await metrics.expose(chooseFormat(accept))) }
}

function answerRuns({ history, scenarios }: Sources, { query }: RouteRequest): Reply {
  const scenario = oneOf(
    'scenario',
    query.scenario,
    scenarios().map(({ name }) => name),
  )
  const finding = oneOf<Finding>('finding', query.finding, findings)
  const runs = history.list({ scenario, finding, limit: limitOf(query.limit) })
  return json(200, { runs: runs.map(runSummary) })
}

function answerRun({ history, fingerprintKey }: Sources, { params }: RouteRequest): Reply {
  const run = history.find(params.id ?? '')
  if (run === undefined)
    throw new RequestProblem(404, 'no such run, or it has been forgotten: only recent runs are kept')
  return json(200, runToJson(run, fingerprintKey))
}

const obstacles: Readonly<Record<Obstacle, { status: number; message: string }>> = {
  overlap: { status: 409, message: 'a run of this scenario is going on; ask again when it has ended' },
  paused: { status: 409, message: 'runs are paused' },
  budget: {
    status: 429,
    message: 'the request-unit budget is spent, or the container answers 429; ask again in some seconds',
  },
  'not-scheduled': {
    status: 503,
    message:
      'its target has not been reached yet, a reload is replacing it, or hopwatch is stopping; /readyz says more',
  },
}

/** Answers when the run has ended, with the whole run. */
async function answerRunNow({ runNow, scenarios, fingerprintKey }: Sources, { params }: RouteRequest): Promise<Reply> {
  const { name = '' } = params
  if (!scenarios().some((scenario) => scenario.name === name))
    throw new RequestProblem(404, 'no such scenario; /api/v1/scenarios lists them')
  const started = runNow(name)
  if (typeof started !== 'string') return json(200, runToJson(await started, fingerprintKey))
  const { status, message } = obstacles[started]
  throw new RequestProblem(status, message)
}

const mostRuns = 200

function limitOf(value: unknown): number {
  if (value === undefined) return 50
  const limit = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : 0
  if (limit < 1 || limit > mostRuns) throw new RequestProblem(400, `limit must be a whole number from 1 to ${mostRuns}`)
  return limit
}

function oneOf<Allowed extends string>(name: string, value: unknown, allowed: readonly Allowed[]): Allowed | undefined {
  if (value === undefined || value === '') return undefined
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw new RequestProblem(400, `${name} must be one of: ${allowed.join(', ')}`)
  return found
}

const statusNow = (sources: Sources): Status =>
  readStatus({
    scenarios: sources.scenarios(),
    totals: sources.totals,
    recent: sources.recent,
    alarms: sources.alarms,
    readiness: sources.readiness(),
    configuration: sources.configuration(),
    version: sources.version,
    startedAtWallMs: sources.startedAtWallMs,
    nowWallMs: sources.wallMs(),
  })

/** Indented, because people read it too: the page links here. */
export const json = (status: number, value: unknown): Reply => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body: `${JSON.stringify(value, undefined, 2)}\n`,
})

const html = (body: string): Reply => ({ status: 200, contentType: 'text/html; charset=utf-8', body })
