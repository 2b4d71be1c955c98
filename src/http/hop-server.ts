import { randomUUID } from 'node:crypto'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { ConfigurationProblem } from '../base/configuration-problem.ts'
import { isLoopback } from '../base/loopback.ts'
import { type CarrierKind, carrierKinds } from '../domain/scenario.ts'
import { WireToken } from '../protocol/wire-token.ts'
import type { Logger } from '../publish/logger.ts'
import type { HopTraces, HopVisit } from '../publish/otel/hop-traces.ts'
import type { HopAnswer } from '../run/hop.ts'
import { freshSession, tokenToCarry } from '../run/hop-session.ts'
import {
  type Arrival,
  type HopRefusal,
  hopVersion,
  nonceHeader,
  type OperationCall,
  paths,
  printAnswer,
  proofOf,
  queryNames,
} from '../run/remote/protocol.ts'
import { findInRequest, placeInAnswer, requestCarrier } from '../run/remote/token-place.ts'
import { bearerGate, checkToken, type Gate, loopbackGate } from './authorization.ts'
import { forbidden, parseCall } from './hop-call.ts'
import { type HttpServer, type Limits, limitedTo, limits, listenOn } from './listen.ts'
import { withoutSchemas } from './without-schemas.ts'

export interface HopServerOptions {
  readonly listen: { readonly host: string; readonly port: number }
  /** Needed when the listener is not loopback (`HOPWATCH_HOP_TOKEN`); asked for on loopback too, where it is set. */
  readonly hopToken: string | undefined
  /** The containers that it may touch, as `database/container`; undefined: any that a caller names. */
  readonly containers: readonly string[] | undefined
  /** `hopwatch 0.1.0` */
  readonly self: string
  readonly logger: Logger
  /** Fingerprints of the account that it speaks to; empty: it has not answered yet. */
  account(): readonly string[]
  /** Other limits than `limits`. */
  readonly limits?: Partial<Limits> | undefined
  /** Told of each request that was answered; undefined: nobody wants to know. */
  readonly traces?: Pick<HopTraces, 'nowMs' | 'record'> | undefined
  /** Does one operation as the hop that the call describes. Never rejects for what the target answers. */
  execute(call: OperationCall, sessionToken: WireToken | undefined, signal: AbortSignal): Promise<HopAnswer>
}

const callsMax = 64
const bodyBytesMax = 256 * 1024
/** A compound token of many ranges is a large header; what comes before the hop sets the smaller limits. */
const headerBytesMax = 64 * 1024

/** To whoever comes to loopback by another name, such as a web page whose name leads here. */
const foreignName =
  'it was asked for by a name that is not of loopback: let what stands before it send 127.0.0.1 as Host, or set HOPWATCH_HOP_TOKEN on both sides'

/** Serves a hop until closed. Throws ConfigurationProblem when the address cannot be bound, or nothing protects it. */
export async function startHopServer(options: HopServerOptions): Promise<HttpServer> {
  const { listen, self, logger, containers } = options
  const gate = hopGate(listen.host, options.hopToken)
  const app = fastify({
    logger: false,
    schemaController: withoutSchemas,
    genReqId: () => randomUUID(),
    bodyLimit: bodyBytesMax,
    ...limitedTo({ ...limits, ...options.limits }, headerBytesMax),
    connectionTimeout: 90_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: 'idle',
  })
  // The body is read as text: whether it is whole is what a carrier's test is about.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body))
  let calls = 0

  const refuse = (reply: FastifyReply, status: number, problem: string) => {
    const refusal: HopRefusal = { hop: self, speaks: [hopVersion], problem }
    return reply.code(status).send(refusal)
  }

  app.addHook('onRequest', async (request, reply) => {
    // What belongs to one user's session is nobody else's answer.
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    if (request.routeOptions.url === '/healthz') return
    if (gate(request.headers)) return
    if (options.hopToken === undefined) return refuse(reply, 403, foreignName)
    reply.header('www-authenticate', 'Bearer realm="hopwatch hop"')
    return refuse(reply, 401, 'the header "Authorization: Bearer …" with HOPWATCH_HOP_TOKEN did not arrive')
  })

  app.get('/healthz', async () => ({ status: 'alive' }))
  app.get(paths.about, async () => ({ hop: self, speaks: [hopVersion], containers: containers ?? 'any' }))

  /** Call what comes back when the request has been answered. */
  const watch = (request: FastifyRequest) => {
    const startedAtMs = options.traces?.nowMs() ?? 0
    return (route: string, seen: Pick<HopVisit, 'token' | 'carrier' | 'operation'>) =>
      options.traces?.record({
        method: request.method,
        route,
        traceparent: headerOf(request, 'traceparent'),
        status: 200,
        startedAtMs,
        durationMs: options.traces.nowMs() - startedAtMs,
        ...seen,
      })
  }

  const arrival = async (request: FastifyRequest, reply: FastifyReply) => {
    const answered = watch(request)
    const nonce = nonceOf(request)
    if (nonce === undefined) return refuse(reply, 422, `the header ${nonceHeader} did not arrive`)
    const carrier = queryOf(request).get(queryNames.carrier) ?? ''
    const token = found(request, carrier)
    const isAsSent = token !== undefined && proofOf(token, nonce) === queryOf(request).get(queryNames.expected)
    const said: Arrival = {
      nonce,
      hop: self,
      bytes: token === undefined ? 0 : Buffer.byteLength(token),
      isAsSent,
      ...(!isAsSent && token !== undefined && { text: token }),
    }
    answered(paths.arrival, {
      token: token === undefined ? undefined : new WireToken(token),
      carrier: requestCarrier(carrierKind(carrier)),
    })
    return reply.send(said)
  }
  app.get(paths.arrival, arrival)
  app.post(paths.arrival, arrival)

  app.post(paths.departure, async (request, reply) => {
    const query = sentQuery(request.body)
    // Relative, because only what stands before the hop knows by which name it is reached.
    return reply
      .code(302)
      .header('location', `arrival?${rawQuery(request)}&${query}`)
      .send()
  })

  const operation = async (request: FastifyRequest, reply: FastifyReply) => {
    const answered = watch(request)
    const nonce = nonceOf(request)
    if (nonce === undefined) return refuse(reply, 422, `the header ${nonceHeader} did not arrive`)
    const call = parseCall(queryOf(request).get(queryNames.operation) ?? undefined)
    if (call === undefined)
      return refuse(reply, 422, `this is no operation as ${self} knows it; use the same version on both sides`)
    const problem = forbidden(call, containers)
    if (problem !== undefined) return refuse(reply, 403, problem)
    if (calls >= callsMax) return refuse(reply, 429, `it has ${callsMax} operations under way`)
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const arrivedText = found(request, call.arrivesBy)
    const token = arrivedText === undefined ? undefined : new WireToken(arrivedText)
    calls++
    try {
      const answer = await options.execute(call, token, gone.signal)
      const { observation } = answer
      answered(paths.operation, { token, carrier: call.arrivesBy, operation: { ...call, observation } })
      const known = answer.sessionToken?.parsed
      const held = tokenToCarry({ ...freshSession, delivered: token, ...(known && { received: known }) })
      const placed = placeInAnswer(requestCarrier(call.leavesBy), held?.reveal())
      const message = printAnswer(answer, nonce, self, options.account())
      return await reply
        .headers(placed.headers)
        .send({ ...message, ...(placed.body !== undefined && { handed: placed.body }) })
    } finally {
      calls--
    }
  }
  app.get(paths.operation, operation)
  app.post(paths.operation, operation)

  app.setNotFoundHandler((request, reply) =>
    refuse(reply, 404, `it knows nothing of ${request.method} ${pathOf(request)}`),
  )
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) logger.error({ request: request.id, err: error }, 'a call failed')
    return refuse(
      reply,
      status,
      status >= 500 ? `internal error; its log has more under ${request.id}` : 'the request is not well-formed',
    )
  })
  return listenOn(app, listen)
}

/** A hop writes to an account for whoever may call it, so beyond loopback nobody may without the token. */
function hopGate(host: string, hopToken: string | undefined): Gate {
  if (hopToken !== undefined) {
    checkToken('HOPWATCH_HOP_TOKEN', hopToken)
    return bearerGate(hopToken)
  }
  if (isLoopback(host)) return loopbackGate
  throw new ConfigurationProblem(
    `${host} is reachable from other machines, and HOPWATCH_HOP_TOKEN is not set`,
    'set HOPWATCH_HOP_TOKEN here and at the hopwatch that calls, or listen on 127.0.0.1',
  )
}

const rawQuery = ({ raw }: FastifyRequest): string => (raw.url ?? '').split('?').slice(1).join('?')
const pathOf = ({ raw }: FastifyRequest): string => (raw.url ?? '').split('?')[0]?.slice(0, 100) ?? ''
const queryOf = (request: FastifyRequest) => new URLSearchParams(rawQuery(request))

const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

const nonceOf = (request: FastifyRequest) => headerOf(request, nonceHeader)

/** What is none is taken for the usual one by whoever asks. */
const carrierKind = (text: string): CarrierKind | undefined => carrierKinds.find((kind) => kind === text)

const found = (request: FastifyRequest, carrier: string): string | undefined =>
  findInRequest(
    requestCarrier(carrierKind(carrier)),
    (name) => headerOf(request, name),
    rawQuery(request),
    typeof request.body === 'string' ? request.body : undefined,
  )

/** The part of the next URL that holds the token, as the sender wrote it. */
function sentQuery(body: unknown): string {
  try {
    const { query } = JSON.parse(String(body)) as { query?: unknown }
    return typeof query === 'string' && !/[\r\n]/.test(query) ? query : ''
  } catch {
    return ''
  }
}
