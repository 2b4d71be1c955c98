import { connect } from 'node:net'
import fc from 'fast-check'
import { mutated, nastyText } from './mutations.ts'

/** A server that still waits for more of a request is told after a moment that no more comes. */
const endAfterMs = { request: 5_000, bytes: 20 }
const withinMs = 20_000

/** Sends bytes as they are, and resolves with all that comes back once the server has closed. */
export function exchange(address: string, bytes: string | Buffer, kind: keyof typeof endAfterMs): Promise<string> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ host: hostname, port: Number(port) })
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no end of the answer within ${withinMs} ms; so far ${JSON.stringify(answer.slice(0, 200))}`))
    }, withinMs)
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text
    })
    // A server that has seen enough resets: what it said until then counts.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      clearTimeout(end)
      resolve(answer)
    })
    socket.write(bytes)
    const end = setTimeout(() => socket.end(), endAfterMs[kind])
  })
}

/** The status of each answer in what came back. */
export const statusesOf = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

export interface RawRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

export function printRequest({ method, target, headers, body }: RawRequest): Buffer {
  const length = Buffer.byteLength(body)
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'host: localhost',
    'connection: close',
    ...headers.map((pair) => pair.join(': ')),
  ]
  if (length > 0) lines.push(`content-length: ${length}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)])
}

/** A text that may stand in a target: what may not is left to `anyBytes`. */
export const inTarget = nastyText.map((text) => encodeURIComponent(text.toWellFormed()).slice(0, 2000))
/** A text that may stand in a header, for the same reason. */
export const inHeader = nastyText.map((text) => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '').slice(0, 4000))

/** Requests as bytes, cut, doubled and disturbed anywhere. */
export const anyBytes = (requests: readonly RawRequest[]): fc.Arbitrary<Buffer> =>
  fc
    .oneof(
      mutated(
        requests.map((request) => printRequest(request).toString('latin1')),
        fc.oneof(nastyText, httpPieces),
        4,
      ),
      fc.string({ unit: 'binary', maxLength: 300 }),
    )
    .map((text) => Buffer.from(text, 'latin1'))

const httpPieces = fc.constantFrom(
  '\r\n\r\n',
  '\r\n',
  '\n',
  ' HTTP/1.1',
  'HTTP/2.0',
  'transfer-encoding: chunked\r\n',
  'content-length: 7\r\n',
  'content-length: -1\r\n',
  'expect: 100-continue\r\n',
  'upgrade: websocket\r\nconnection: upgrade\r\n',
  'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '5\r\nabcde\r\n0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '\0',
)
