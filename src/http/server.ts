import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from '../publish/logger.ts'
import { scrub } from '../publish/scrub.ts'
import { createGate, createPostGate, readerChallenges } from './authorization.ts'
import { type HttpServer, type Limits, limitedTo, limits, listenOn } from './listen.ts'
import { json, RequestProblem, routes, type Sources } from './routes.ts'
import { securityHeaders } from './security-headers.ts'
import { withoutSchemas } from './without-schemas.ts'

export interface HttpServerOptions extends Sources {
  readonly listen: { readonly host: string; readonly port: number }
  /** Needed when the listener is not loopback (`HOPWATCH_API_TOKEN`). */
  readonly apiToken: string | undefined
  readonly allowUnauthenticated: boolean
  readonly logger: Logger
  /** Other limits than `limits`. */
  readonly limits?: Partial<Limits> | undefined
}

const headerBytesMax = 16 * 1024

/** To whoever comes to loopback by another name, where no token is set that would tell who it is. */
const foreignName =
  'this listener is for this machine alone: ask for it as 127.0.0.1 or localhost, let a proxy send that as Host, or set HOPWATCH_API_TOKEN'

/**
 * Serves metrics, health, the status page and the API until closed.
 * Throws ConfigurationProblem when the address cannot be bound, or is public and nothing protects it.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { listen, logger } = options
  const gate = createGate({ ...options, host: listen.host })
  const postGate = createPostGate(options.apiToken)
  const app = fastify({
    logger: false,
    schemaController: withoutSchemas,
    genReqId: () => randomUUID(),
    bodyLimit: 16 * 1024,
    ...limitedTo({ ...limits, ...options.limits }, headerBytesMax),
    connectionTimeout: 30_000,
    keepAliveTimeout: 5_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // A URL that cannot be decoded never reaches a handler.
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply, logger),
  })

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders)
    const isOpen = routes.some((route) => route.isOpen && route.url === request.routeOptions.url)
    const isPost = request.method === 'POST'
    if (isPost && postGate === undefined)
      throw new RequestProblem(403, 'this listener takes no orders: HOPWATCH_API_TOKEN is not set')
    if (isOpen || (isPost ? postGate : gate)?.(request.headers)) return
    if (!options.apiToken) throw new RequestProblem(403, foreignName)
    reply.header('www-authenticate', isPost ? 'Bearer realm="hopwatch"' : readerChallenges)
    const instead = isPost ? '' : ', or HOPWATCH_API_TOKEN as the password of any name'
    throw new RequestProblem(401, `this needs the header "Authorization: Bearer …" with HOPWATCH_API_TOKEN${instead}`)
  })
  for (const route of routes)
    app.route({
      method: route.method,
      url: route.url,
      handler: async (request, reply) => {
        // A run takes as long as its scenario lets it, and sends nothing until its end.
        if (route.method === 'POST') request.raw.socket.setTimeout(0)
        const { status, contentType, body } = await route.answer(options, {
          accept: request.headers.accept,
          query: request.query as Readonly<Record<string, unknown>>,
          params: request.params as Readonly<Record<string, string>>,
          isTrusted: gate(request.headers),
        })
        reply.code(status).type(contentType)
        return typeof body === 'string' ? reply.send(body) : sendPieces(reply, body)
      },
    })
  for (const { url } of routes.filter(({ method }) => method === 'POST'))
    app.get(url, { exposeHeadRoute: false }, async (_, reply) => {
      reply.header('allow', 'POST')
      throw new RequestProblem(405, 'this is an order, and takes a POST: curl -X POST')
    })
  // No order has anything to say in its body, whatever type a client gives it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, async () => undefined)
  answerProblems(app, logger)

  return listenOn(app, listen)
}

/** Past fastify, which takes a body only whole or as a stream. */
function sendPieces(reply: FastifyReply, pieces: readonly Buffer[]): FastifyReply {
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
  const { raw } = reply.header('content-length', bytes).hijack()
  raw.statusCode = reply.statusCode
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  for (const piece of pieces) raw.write(piece)
  raw.end()
  return reply
}

/** Every error is JSON with an id that the log line carries too; a fault of ours says no more than that. */
function answerProblems(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler(async (error: Error, request, reply) => answerProblem(error, request, reply, logger))
  app.setNotFoundHandler(async (request, reply) =>
    answerProblem(new RequestProblem(404, 'there is nothing here; the status page is at /'), request, reply, logger),
  )
}

function answerProblem(
  error: Error & { readonly statusCode?: number },
  { id }: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): FastifyReply {
  const status = error instanceof RequestProblem ? error.status : (error.statusCode ?? 500)
  const isOurs = status >= 500 && !(error instanceof RequestProblem)
  const message = isOurs ? 'internal error; the log has more under this id' : scrub(error.message)
  if (isOurs) logger.error({ request: id, err: error }, 'a request failed')
  const { contentType, body } = json(status, { error: { id, message } })
  return reply.headers(securityHeaders).code(status).type(contentType).send(body)
}

export type { HttpServer } from './listen.ts'
