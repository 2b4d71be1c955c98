import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLoopback, namesLoopback } from '../base/loopback.ts'
import { type CallName, callFields, callNames, invoke, type SimulatorControl } from './control-calls.ts'
import type { Json } from './operation.ts'
import { type JsonObject, parseObject, readBody } from './wire/body.ts'
import { Refused } from './wire/errors.ts'
import { type Endpoint, listen } from './wire/server.ts'

interface ControlRoute {
  readonly method: 'GET' | 'POST'
  readonly call: CallName
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** `POST /pause-replication {"from": …, "to": …}`, one path a call; what only looks is a GET. */
const routes: ReadonlyMap<string, ControlRoute> = new Map([
  ['/state', { method: 'GET', call: 'state' }],
  ['/journal', { method: 'GET', call: 'readJournal' }],
  ...callNames
    .filter((call) => call !== 'state' && call !== 'readJournal')
    .map((call): [string, ControlRoute] => [`/${kebab(call)}`, { method: 'POST', call }]),
])

/** For people and scripts: each call with its fields. */
const listing = [...routes].map(([path, { method, call }]) => ({ method, path, fields: callFields[call] }))

/**
 * The control endpoint: JSON in, JSON out, without a key, on the same loopback address. A POST must say that it is JSON, and every
 * request must ask for a name of loopback, so that no web page open in a browser on the same machine can make one: neither one of
 * another origin nor one whose own name was made to lead here (docs/decisions/0015-names-of-loopback.md).
 */
export const listenControl = (
  control: SimulatorControl,
  host: string,
  port: number,
  arrivalMs?: number,
): Promise<Endpoint> => {
  const isOpen = isLoopback(host) ? namesLoopback : () => true
  const take = (request: IncomingMessage, response: ServerResponse) => {
    if (isOpen(request.headers.host)) receive(control, request, response)
    else send(response, 403, { code: 'Forbidden', message: foreignName })
  }
  return listen(take, host, port, arrivalMs)
}

const foreignName =
  'This listener is for this machine alone: ask for it as 127.0.0.1 or localhost, or let a proxy send that as Host.'

function receive(control: SimulatorControl, request: IncomingMessage, response: ServerResponse): void {
  const url = URL.parse(request.url ?? '/', 'http://control')
  const route = url === null ? undefined : routes.get(url.pathname)
  if (url === null || route === undefined || route.method !== request.method) {
    const message = `There is no ${request.method} ${url?.pathname ?? ''} here.`
    send(response, 404, { code: 'NotFound', message, calls: listing })
  } else if (route.method === 'GET') {
    void perform(control, route.call, () => Object.fromEntries(url.searchParams), response)
  } else if (request.headers['content-type']?.startsWith('application/json')) {
    readBody(request, (body) => void perform(control, route.call, () => objectOf(body), response))
  } else {
    send(response, 415, { code: 'UnsupportedMediaType', message: 'Send Content-Type: application/json.' })
  }
}

function objectOf(body: string | Refused): JsonObject {
  if (body instanceof Refused) throw body
  return parseObject(body)
}

async function perform(
  control: SimulatorControl,
  call: CallName,
  input: () => JsonObject,
  response: ServerResponse,
): Promise<void> {
  let status = 200
  let body: Json
  try {
    body = { result: ((await invoke(control, call, await checkedValues(call, input()))) as Json | undefined) ?? null }
  } catch (error) {
    const refused = error instanceof Refused ? error.reply : undefined
    status = refused?.status ?? 400
    // The account's own words on a wrong argument: they name the region or the field.
    const message = error instanceof Error ? error.message : 'The call failed.'
    body = refused?.body ?? { code: 'BadRequest', message, fields: callFields[call] }
  }
  send(response, status, body)
}

async function checkedValues(call: CallName, input: JsonObject): Promise<unknown[]> {
  // Loaded at the first call: the schemas would add a quarter to the time that the simulator takes to start.
  const { controlInputs, describeProblem } = await import('./control-input.ts')
  const parsed = controlInputs[call].safeParse(input)
  if (!parsed.success) throw new Error(describeProblem(parsed.error))
  return callFields[call].map((field) => parsed.data[field])
}

function send(response: ServerResponse, status: number, body: Json): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}
