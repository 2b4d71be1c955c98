import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Container, CosmosHeaders } from '@azure/cosmos'
import { type Mistake, mistakes } from './mistakes.ts'
import { cookieWithToken, mergeTokens, tokenFromCookie } from './session-tokens.ts'

interface Enrolment {
  readonly id: string
  readonly student: string
  readonly version: number
}

/** What one request found out about the user's session. */
interface Session {
  /** Goes with every operation of this request; undefined leaves it to what the SDK's client remembers by itself. */
  readonly token: string | undefined
  /** What an answer of Cosmos DB brought. */
  learn(headers: CosmosHeaders): void
}

/** One node of the portal. `mistake` is what people do wrong; undefined is how it should be. */
export function createPortal(openContainer: () => Container, mistake: Mistake | undefined) {
  const container = openContainer()
  return createServer((request, response) => {
    void handle(request, response).catch(() => response.writeHead(500).end())
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const student = /^\/enrolments\/([\w-]+)$/.exec(request.url ?? '')?.[1]
    if (student === undefined) return void response.writeHead(404).end()
    const own = mistake && mistakes[mistake]
    const session = own ? own.openSession(request, response) : openSession(request, response)
    const items = own?.makesClients ? openContainer() : container
    if (request.method === 'PUT') {
      const { version } = JSON.parse(await bodyOf(request)) as { version: number }
      const enrolment: Enrolment = { id: student, student, version }
      const { headers } = await items.items.upsert(enrolment, withToken(session))
      session.learn(headers)
      await own?.afterWrite?.(items, session)
      return void response.writeHead(204).end()
    }
    const { resource, headers } = await items.item(student, student).read<Enrolment>(withToken(session))
    session.learn(headers)
    if (resource === undefined) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ version: resource.version }))
  }
}

/** The token comes with the user, and goes with the user: whichever node answers next finds it. */
function openSession(request: IncomingMessage, response: ServerResponse): Session {
  let token = tokenFromCookie(request.headers.cookie)
  return {
    get token() {
      return token
    },
    learn(headers) {
      token = mergeTokens(token, headers['x-ms-session-token'] as string | undefined)
      if (token !== undefined) response.setHeader('set-cookie', cookieWithToken(token))
    },
  }
}

const withToken = ({ token }: Session) => (token === undefined ? {} : { sessionToken: token })

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
