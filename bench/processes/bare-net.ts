import { type AddressInfo, createServer } from 'node:net'
import { answerQuestions, processorMs } from '../answering.ts'
import type { ServerAnswer, ServerQuestion } from './bare-http.ts'

let port = 0

/** The least that any server in Node can do: the same bytes for whatever arrives, unread. */
answerQuestions<ServerQuestion, ServerAnswer>(async (question) => {
  if (question.kind === 'start') {
    const { headers, body } = question
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const answer = Buffer.from(`HTTP/1.1 200 OK\r\n${head.join('')}\r\n${body}`)
    const server = createServer({ noDelay: true }, (socket) => socket.on('data', () => socket.write(answer)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }
  return { port, processorMs: processorMs() }
})
