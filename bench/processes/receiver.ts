import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerQuestions } from '../answering.ts'

/** Takes whatever is sent, as a Collector with nothing behind it would. */
export type ReceiverQuestion = { readonly kind: 'start' } | { readonly kind: 'count' }
export interface ReceiverAnswer {
  readonly url: string
  readonly requests: number
  readonly bytes: number
}

let url = ''
let requests = 0
let bytes = 0

async function start(): Promise<void> {
  const server = createServer((request: IncomingMessage, response) => {
    request.on('data', (part: Buffer) => {
      bytes += part.length
    })
    request.on('end', () => {
      requests++
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

answerQuestions<ReceiverQuestion, ReceiverAnswer>(async ({ kind }) => {
  if (kind === 'start') await start()
  return { url, requests, bytes }
})
