import { createServer } from 'node:net'
import { onTestFinished } from 'vitest'
import { hopwatch, stop } from './process.ts'

/** A key of the right form that no output may show. */
export const secretKey = Buffer.from('a key of this test, which nothing may print: 0123456789 abcdefgh').toString(
  'base64',
)

/** Starts `hopwatch simulate`; whoever starts it ends its process. */
export async function simulate(args: readonly string[] = ['--port', '0']) {
  const process = hopwatch(['simulate', ...args], { env: { COSMOS_KEY: secretKey } })
  const [, endpoint] = await process.says(/Endpoint\s+(http\S+)/)
  const [, control] = await process.says(/Control\s+(http\S+)/)
  return { process, endpoint: endpoint!, key: secretKey, control: control! }
}

/** The same for the length of the present test. */
export async function startSimulate(args?: readonly string[]) {
  const simulator = await simulate(args)
  onTestFinished(() => stop(simulator.process))
  return simulator
}

export const accountEnvironment = ({ endpoint, key }: { endpoint: string; key: string }) => ({
  COSMOS_ENDPOINT: endpoint,
  COSMOS_KEY: key,
})

/** A call of the simulator's control endpoint, such as `/add-fault-rule`. */
export async function control(address: string, call: string, fields: object): Promise<unknown> {
  const response = await fetch(new URL(call, address), {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(fields),
  })
  const answer = (await response.json()) as { result?: unknown; message?: string }
  if (!response.ok) throw new Error(`${call}: ${answer.message}`)
  return answer.result
}

/** The first of `count` neighbouring ports that are free now. */
export async function freePorts(count: number): Promise<number> {
  for (let first = 20_000 + (process.pid % 20_000); first < 60_000; first += count) {
    const ports = Array.from({ length: count }, (_, index) => first + index)
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first
  }
  throw new Error('no free ports')
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
