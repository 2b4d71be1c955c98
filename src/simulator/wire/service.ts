import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { headers as names } from '../../protocol/headers.ts'
import type { SimulatedAccount } from '../account.ts'
import type { Operation, Reply, WireFault } from '../operation.ts'
import { type AccountFacts, accountPage } from './account-page.ts'
import type { Authorize } from './auth.ts'
import { readBody } from './body.ts'
import { badRequest, Refused, refusal } from './errors.ts'
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
 * The request listener of one endpoint. A region's endpoint speaks for its region. The account's own (`region`
 * undefined) forwards to the present write region, and answers `GET /` whatever the regions' state.
 *
 * A request without a body is answered within the turn that received it, unless its read must wait for a replica.
 */
export function listenerFor(service: WireService, region: string | undefined): RequestListener {
  return (request, response) => {
    try {
      receive(service, region, request, response)
    } catch (error) {
      fail(service, response, error)
    }
  }
}

function receive(
  service: WireService,
  region: string | undefined,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const method = incoming.method ?? ''
  const { headers } = incoming
  const path = parsePath(incoming.url ?? '/')
  if (path === undefined) throw new Refused(badRequest('The path is not valid URL encoding.'))
  const denial = service.authorize({
    method,
    resourceType: path.resourceType,
    signedLink: path.signedLink,
    authorization: headers.authorization,
    date: headers[names.date] as string | undefined,
  })
  if (denial !== undefined) throw new Refused(denial)
  const route = findRoute(path, verbOf(method, headers))
  if (route.kind === 'refused') throw new Refused(route.reply)
  if (method === 'GET' || method === 'DELETE') {
    answer(service, region, route, { path, headers, body: '' }, response)
    return
  }
  readBody(incoming, (body) => {
    try {
      if (body instanceof Refused) throw body
      answer(service, region, route, { path, headers, body }, response)
    } catch (error) {
      fail(service, response, error)
    }
  })
}

function answer(
  service: WireService,
  region: string | undefined,
  route: Exclude<Route, { kind: 'refused' }>,
  request: WireRequest,
  response: ServerResponse,
): void {
  if (route.kind === 'operation') {
    const { narrow } = route
    const finish = narrow && ((reply: Reply) => (reply.status === 200 ? narrow(reply, request) : reply))
    execute(service, region ?? writeRegion(service), route.parse(request), response, finish)
  } else if (route.kind === 'queryPlan') {
    const { query, parameters } = route.parse(request.body)
    respond(response, { ...service.account.queryPlan(query, parameters), requestCharge: 0 })
  } else if (region === undefined) respond(response, readAccount(service))
  else {
    const finish = (reply: Reply) => (reply.status === 200 ? readAccount(service) : reply)
    execute(service, region, { kind: 'readAccount' }, response, finish)
  }
}

/** Executes, sleeps through waits, and sends what came of it. */
function execute(
  service: WireService,
  region: string,
  operation: Operation,
  response: ServerResponse,
  finish?: (reply: Reply) => Reply,
  attempt?: unknown,
): void {
  const nowMs = service.clock.nowMs()
  const outcome = service.account.execute(operation, { region, nowMs, attempt })
  if (outcome.kind === 'wait') {
    const again = () => execute(service, region, operation, response, finish, outcome.attempt)
    later(service, response, outcome.untilMs - nowMs, again)
    return
  }
  const { fault } = outcome
  const reply = finish ? finish(outcome.reply) : outcome.reply
  if (fault === undefined) respond(response, reply)
  else later(service, response, fault.delayMs ?? 0, () => respondFaulty(response, reply, fault.connection))
}

function respondFaulty(response: ServerResponse, reply: Reply, connection: WireFault['connection']): void {
  if (connection === undefined) respond(response, reply)
  else respondBroken(response, reply, connection)
}

/** Acts after a while, unless the client has left or the endpoints have closed by then. */
function later(service: WireService, response: ServerResponse, delayMs: number, act: () => void): void {
  void service.clock.sleep(delayMs, service.closing).then(() => {
    if (response.destroyed || service.closing.aborted) return
    try {
      act()
    } catch (error) {
      fail(service, response, error)
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

function fail(service: WireService, response: ServerResponse, error: unknown): void {
  if (error instanceof Refused) respond(response, error.reply)
  else {
    service.onDefect(error)
    respond(response, refusal(500, 'The simulator failed at this request; that is a defect of the simulator.'))
  }
}
