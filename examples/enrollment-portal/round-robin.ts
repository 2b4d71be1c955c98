import { request as ask, createServer, type Server } from 'node:http'

/** In place of nginx where it is missing: each request goes to the next node in turn. */
export function createRoundRobin(ports: readonly number[]): Server {
  let turn = 0
  return createServer((request, response) => {
    const port = ports[turn++ % ports.length]
    const { method, url, headers } = request
    const onward = ask({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  })
}
