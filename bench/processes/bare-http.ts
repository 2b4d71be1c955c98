import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerQuestions, processorMs } from '../answering.ts'

export type ServerQuestion =
  | { readonly kind: 'start'; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | { readonly kind: 'processor-time' }

export interface ServerAnswer {
  readonly port: number
  readonly processorMs: number
}

/** Those that node writes by itself. */
const ownHeaders = new Set(['date', 'connection', 'keep-alive'])

/** The least that node:http can do: a constant answer, from a flat array of headers, with the simulator's server options. */
const listenerFor = (headers: Readonly<Record<string, string>>, body: string): RequestListener => {
  const flat = Object.entries(headers)
    .filter(([name]) => !ownHeaders.has(name.toLowerCase()))
    .flat()
  return (_request, response) => {
    response.writeHead(200, flat)
    response.end(body)
  }
}

let port = 0

answerQuestions<ServerQuestion, ServerAnswer>(async (question) => {
  if (question.kind === 'start') {
    const options = { keepAliveTimeout: 75_000, noDelay: true }
    const server = createServer(options, listenerFor(question.headers, question.body))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }
  return { port, processorMs: processorMs() }
})
