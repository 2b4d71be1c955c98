import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Secrets as somebody's careless service would repeat them; each place has its own, so that a find tells where it came from. */
export class Planted {
  /** What must be found nowhere, and where it was planted. */
  readonly secrets = new Map<string, string>()

  /** A session token, a key, a signature and a connection string in one sentence, as an error would quote a request. */
  sentence(where: string): string {
    const number = 770_099_000_000 + this.secrets.size
    const token = `0:-1#${number}#3=${number}`
    const key = Buffer.from(`${number}: the key planted in ${where}, which nothing may print at all`).toString('base64')
    for (const secret of [String(number), key, key.slice(0, 24), encodeURIComponent(key)])
      this.secrets.set(secret, where)
    return [
      `failed with x-ms-session-token ${token}`,
      `authorization: type=master&ver=1.0&sig=${key}`,
      `AccountEndpoint=https://x.documents.azure.com/;AccountKey=${key};`,
      `Bearer ${key}`,
    ].join('; ')
  }

  /** A password, as a URL or a variable holds it. */
  word(where: string): string {
    const word = `planted-${this.secrets.size}-${where.replaceAll(/\W+/g, '-')}`
    this.secrets.set(word, where)
    return word
  }
}

export interface Served {
  readonly url: string
  close(): Promise<void>
}

export async function serveHttp(listener: RequestListener): Promise<Served> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/**
 * An account before the simulator's that answers every third operation on documents with an error that repeats secrets, in its
 * message and its headers.
 */
export function hostileAccount(simulator: string, planted: Planted): Promise<Served> {
  const message = planted.sentence('the message of an error of the account')
  const header = planted.sentence('a header of the account')
  const statuses = [400, 403, 404, 409, 412, 429, 449, 500, 503]
  let count = 0
  let own = ''
  const served = serveHttp((incoming, outgoing) => {
    if (incoming.url?.includes('/docs') && count++ % 3 === 0) {
      outgoing.writeHead(statuses[((count / 3) % statuses.length) | 0] ?? 500, {
        'content-type': 'application/json',
        'x-ms-activity-id': header,
        'set-cookie': `token=${encodeURIComponent(header)}`,
        'x-ms-retry-after-ms': '1',
      })
      outgoing.end(JSON.stringify({ code: header, message }))
    } else forward(simulator, own, incoming, outgoing)
  })
  void served.then(({ url }) => {
    own = `${url}/`
  })
  return served
}

/** Announces itself as the only region, so that no request goes past it. */
function forward(simulator: string, own: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const onward = request(
    new URL(incoming.url ?? '/', simulator),
    { method: incoming.method, headers: incoming.headers },
    (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const body = Buffer.from(incoming.url === '/' ? text.replaceAll(/http:\/\/127\.0\.0\.1:\d+\//g, own) : text)
        const { 'transfer-encoding': _, ...headers } = answer.headers
        outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': body.length }).end(body)
      })
    },
  )
  onward.on('error', () => outgoing.destroy())
  incoming.pipe(onward)
}

/** A service of the user's that puts secrets into everything that it may answer. */
export function hostileService(planted: Planted): Promise<Served> {
  const [body, header, location, cookie] = ['body', 'header', 'redirect', 'cookie'].map((place) =>
    planted.sentence(`a ${place} of the service`),
  )
  let count = 0
  return serveHttp((incoming, outgoing) => {
    incoming.resume()
    count++
    outgoing.setHeader('x-session-token', header!)
    outgoing.setHeader('set-cookie', `session=${encodeURIComponent(cookie!)}; Path=/`)
    if (count % 4 === 0) outgoing.writeHead(302, { location: `/next?token=${encodeURIComponent(location!)}` }).end()
    else if (count % 4 === 1) outgoing.writeHead(500).end(body)
    else
      outgoing
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ version: body, token: body }))
  })
}

/** A hop elsewhere that refuses, each time otherwise. */
export function hostileHop(planted: Planted): Promise<Served> {
  const problem = planted.sentence('the problem that a hop tells')
  const location = planted.sentence('the redirect of a hop')
  let count = 0
  return serveHttp((incoming, outgoing) => {
    incoming.resume()
    count++
    outgoing.setHeader('x-session-token', planted.sentence('the token that a hop hands back'))
    if (count % 3 === 0) outgoing.writeHead(302, { location: `/elsewhere?${encodeURIComponent(location)}` }).end()
    else if (count % 3 === 1) outgoing.writeHead(403).end(JSON.stringify({ hop: problem, speaks: [problem], problem }))
    else outgoing.writeHead(200).end(problem)
  })
}
