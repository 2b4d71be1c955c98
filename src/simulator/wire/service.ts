import type { Clock } from '../../base/clock.ts'
import { headers as names } from '../../protocol/headers.ts'
import type { SimulatedAccount } from '../account.ts'
import type { Operation, Reply, WireFault } from '../operation.ts'
import { type AccountFacts, accountPage } from './account-page.ts'
import type { Authorize } from './auth.ts'
import { badRequest, Refused, refusal } from './errors.ts'
import { type Answering, type IncomingCall, onlyValue, type TakeCall } from './exchange.ts'
import { parsePath } from './path.ts'
import type { WireRequest } from './request.ts'
import { respond, respondBroken } from './respond.ts'
import { findRoute, type Route } from './routes.ts'
import { verbOf } from './verb.ts'

export interface WireService {
  readonly account: SimulatedAccount
  readonly authorize: Authorize
  readonly clock: Clock
  readonly facts: AccountFacts
  /** Aborted when the endpoints close: nothing sleeps on. */
  readonly closing: AbortSignal
  /** Told of what must not happen: a defect of the simulator, answered with 500. */
  readonly onDefect: (error: unknown) => void
}

/**
 * What takes the calls of one endpoint. A region's endpoint speaks for its region. The account's own (`region`
 * undefined) forwards to the present write region, and answers `GET /` whatever the regions' state.
 *
 * A request without a body is answered within the turn that received it, unless its read must wait for a replica.
 */
export function callsTo(service: WireService, region: string | undefined): TakeCall {
  return (call, answering) => {
    try {
      receive(service, region, call, answering)
    } catch (error) {
      fail(service, answering, error)
    }
  }
}

function receive(service: WireService, region: string | undefined, call: IncomingCall, answering: Answering): void {
  const { method, headers } = call
  const path = parsePath(call.target)
  if (path === undefined) throw new Refused(badRequest('The path is not valid URL encoding.'))
  const denial = service.authorize({
    method,
    resourceType: path.resourceType,
    signedLink: path.signedLink,
    authorization: onlyValue(headers, 'authorization'),
    date: onlyValue(headers, names.date),
  })
  if (denial !== undefined) throw new Refused(denial)
  const route = findRoute(path, verbOf(method, headers))
  if (route.kind === 'refused') throw new Refused(route.reply)
  if (method === 'GET' || method === 'DELETE') {
    answer(service, region, route, { path, headers, body: '' }, answering)
    return
  }
  call.readBody((body) => {
    try {
      if (body instanceof Refused) throw body
      answer(service, region, route, { path, headers, body }, answering)
    } catch (error) {
      fail(service, answering, error)
    }
  })
}

function answer(
  service: WireService,
  region: string | undefined,
  route: Exclude<Route, { kind: 'refused' }>,
  request: WireRequest,
  answering: Answering,
): void {
  if (route.kind === 'operation') {
    const { narrow } = route
    const finish = narrow && ((reply: Reply) => (reply.status === 200 ? narrow(reply, request) : reply))
    execute(service, region ?? writeRegion(service), route.parse(request), answering, finish)
  } else if (route.kind === 'queryPlan') {
    const { query, parameters } = route.parse(request.body)
    respond(answering, { ...service.account.queryPlan(query, parameters), requestCharge: 0 })
  } else if (region === undefined) respond(answering, readAccount(service))
  else {
    const finish = (reply: Reply) => (reply.status === 200 ? readAccount(service) : reply)
    execute(service, region, { kind: 'readAccount' }, answering, finish)
  }
}

/** Executes, sleeps through waits, and sends what came of it. */
function execute(
  service: WireService,
  region: string,
  operation: Operation,
  answering: Answering,
  finish?: (reply: Reply) => Reply,
  attempt?: unknown,
): void {
  const nowMs = service.clock.nowMs()
  const outcome = service.account.execute(operation, { region, nowMs, attempt })
  if (outcome.kind === 'wait') {
    const again = () => execute(service, region, operation, answering, finish, outcome.attempt)
    later(service, answering, outcome.untilMs - nowMs, again)
    return
  }
  const { fault } = outcome
  const reply = finish ? finish(outcome.reply) : outcome.reply
  if (fault === undefined) respond(answering, reply)
  else later(service, answering, fault.delayMs ?? 0, () => respondFaulty(answering, reply, fault.connection))
}

function respondFaulty(answering: Answering, reply: Reply, connection: WireFault['connection']): void {
  if (connection === undefined) respond(answering, reply)
  else respondBroken(answering, reply, connection)
}

/** Acts after a while, unless the client has left or the endpoints have closed by then. */
function later(service: WireService, answering: Answering, delayMs: number, act: () => void): void {
  void service.clock.sleep(delayMs, service.closing).then(() => {
    if (answering.isOver || service.closing.aborted) return
    try {
      act()
    } catch (error) {
      fail(service, answering, error)
    }
  })
}

const readAccount = (service: WireService): Reply => ({
  status: 200,
  body: accountPage(service.facts, service.account.regions(service.clock.nowMs())),
  requestCharge: 0,
})

/** Where the account's endpoint forwards; during a failover window the newest write region is the one that takes writes. */
function writeRegion(service: WireService): string {
  const regions = service.account.regions(service.clock.nowMs())
  const writable = regions.filter((region) => region.writable)
  // With several write regions the account's name leads to one that is there.
  return (writable.find((region) => region.state === 'online') ?? writable[0] ?? regions[0])?.name ?? ''
}

function fail(service: WireService, answering: Answering, error: unknown): void {
  if (error instanceof Refused) respond(answering, error.reply)
  else {
    service.onDefect(error)
    respond(answering, refusal(500, 'The simulator failed at this request; that is a defect of the simulator.'))
  }
}
