import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Every secret that went over the wire, in each form in which it could be printed. */
export interface Seen {
  /** Session tokens as they were sent and issued, and their parts for single ranges. */
  readonly tokens: Set<string>
  /** Signatures of `authorization` headers, encoded for a URL as they travel, and plain. */
  readonly signatures: Set<string>
}

export interface RecordingProxy {
  /** The account's endpoint, through the proxy. */
  readonly endpoint: string
  readonly seen: Seen
  close(): Promise<void>
}

/** Stands before each of `origins`, the account's first, and announces itself in their place in what the account says. */
export async function startRecordingProxy(origins: readonly string[]): Promise<RecordingProxy> {
  const seen: Seen = { tokens: new Set(), signatures: new Set() }
  const announced = new Map<string, string>()
  const servers = await Promise.all(
    origins.map(async (origin) => {
      const server = createServer((incoming, outgoing) => {
        noteRequest(seen, incoming)
        const target = new URL(incoming.url ?? '/', origin)
        const forwarded = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
          noteToken(seen, answer.headers['x-ms-session-token'])
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () => {
            const body = Buffer.from(replaceAll(Buffer.concat(chunks).toString('utf8'), announced))
            const { 'transfer-encoding': _, ...headers } = answer.headers
            outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': body.length }).end(body)
          })
        })
        forwarded.on('error', () => outgoing.destroy())
        incoming.pipe(forwarded)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
      const { port } = server.address() as AddressInfo
      announced.set(origin, `http://127.0.0.1:${port}/`)
      return server
    }),
  )
  return {
    endpoint: announced.get(origins[0]!)!,
    seen,
    close: async () => {
      await Promise.all(servers.map(closeServer))
    },
  }
}

function noteRequest(seen: Seen, { headers }: IncomingMessage): void {
  noteToken(seen, headers['x-ms-session-token'])
  const encoded = /sig%3d(.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (encoded === undefined) return
  seen.signatures.add(encoded)
  seen.signatures.add(decodeURIComponent(encoded))
}

function noteToken(seen: Seen, header: string | string[] | undefined): void {
  for (const token of [header ?? []].flat()) {
    if (token !== '') seen.tokens.add(token)
    for (const part of token.split(',').filter(Boolean)) {
      seen.tokens.add(part)
      // Without its range it is still the token.
      const progress = part.slice(part.indexOf(':') + 1)
      if (progress.includes('#')) seen.tokens.add(progress)
    }
  }
}

const replaceAll = (text: string, words: ReadonlyMap<string, string>): string =>
  [...words].reduce((replaced, [word, instead]) => replaced.replaceAll(word, instead), text)

const closeServer = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
