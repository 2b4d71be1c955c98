import { startChild } from './child.ts'
import type { ServerAnswer, ServerQuestion } from './processes/bare-http.ts'
import type { SimulatorAnswer, SimulatorQuestion } from './processes/simulator.ts'
import { RawDriver } from './raw-http.ts'
import type { Row } from './report.ts'
import { recordSignedRead } from './signed-read.ts'
import { printSpread, spreadOf } from './statistics.ts'

const rounds = 20
const roundMs = 600
const warmUpMs = 2000
const connections = 16
const mostCost = 1.6
const leastSpeed = 8

interface Server {
  readonly driver: RawDriver
  /** Processor time of the server's process so far. */
  readonly processorMs: () => Promise<number>
  readonly end: () => void
}

interface Round {
  readonly requestsPerSecond: number
  /** Processor time of the server a request, in microseconds. */
  readonly costUs: number
}

/**
 * A point read from the simulator against a bare node:http server with the same headers and body, and against
 * `@vercel/cosmosdb-server`. Each server runs in a process of its own and gets the same bytes over and over: one point read
 * that the SDK has signed for it. This process drives them one at a time, in turns.
 *
 * Cost is the processor time of the server's process a request: it holds whoever else uses the machine, and the driver,
 * which needs less than any of the servers, cannot flatter it. The requests a second stand beside it.
 */
export async function benchSimulator(): Promise<Row[]> {
  const vercel = await openVercel()
  const servers = { ...(await openSimulatorAndBare()), vercel }
  for (const server of Object.values(servers)) await server.driver.drive(warmUpMs)

  const all: Record<keyof typeof servers, Round>[] = []
  for (let round = 0; round < rounds; round++) {
    all.push({
      simulator: await measure(servers.simulator),
      bare: await measure(servers.bare),
      unread: await measure(servers.unread),
      vercel: await measure(vercel),
    })
  }
  for (const server of Object.values(servers)) server.end()

  const cost = spreadOf(all.map((round) => round.simulator.costUs / round.bare.costUs))
  const slower = spreadOf(all.map((round) => round.bare.requestsPerSecond / round.simulator.requestsPerSecond))
  const speed = spreadOf(all.map((round) => round.simulator.requestsPerSecond / round.vercel.requestsPerSecond))
  const ceiling = spreadOf(all.map((round) => round.bare.requestsPerSecond / round.vercel.requestsPerSecond))
  const roof = spreadOf(all.map((round) => round.unread.requestsPerSecond / round.vercel.requestsPerSecond))
  const dearer = spreadOf(all.map((round) => round.vercel.costUs / round.simulator.costUs))
  const rateOf = (name: keyof typeof servers) =>
    spreadOf(all.map((round) => round[name].requestsPerSecond)).median.toFixed(0)
  const costOf = (name: keyof typeof servers) => spreadOf(all.map((round) => round[name].costUs)).median.toFixed(0)
  const driven = `${connections} connections, one pre-signed request each at a time; a process a server; turns of ${roundMs / 1000} s`
  const closing = vercel.driver.keepsAlive
    ? ''
    : '; the latter closes the connection after each answer, which is part of its speed'
  return [
    {
      what: 'cost of a point read from the simulator ÷ of a bare node:http answer with the same headers and body',
      measured: printSpread(cost, 2),
      target: `at most ${mostCost}`,
      passed: cost.median <= mostCost,
      how: `processor time of the server a request: ${costOf('simulator')} and ${costOf('bare')} µs; ${driven}`,
    },
    {
      what: 'the same by requests a second: bare node:http ÷ simulator',
      measured: printSpread(slower, 2),
      target: 'none',
      passed: undefined,
      how: `${rateOf('bare')} and ${rateOf('simulator')} requests a second`,
    },
    {
      what: 'point reads a second from the simulator ÷ from @vercel/cosmosdb-server',
      measured: printSpread(speed, 1),
      target: `at least ${leastSpeed}`,
      passed: speed.median >= leastSpeed,
      how: `${rateOf('simulator')} and ${rateOf('vercel')} requests a second${closing}; ${driven}`,
    },
    {
      what: 'the most that any node:http server could reach of it: bare node:http ÷ @vercel/cosmosdb-server',
      measured: printSpread(ceiling, 1),
      target: 'none',
      passed: undefined,
      how: `${rateOf('bare')} and ${rateOf('vercel')} requests a second`,
    },
    {
      what: 'the most that any server in Node could: bare node:net, the same bytes without reading the request ÷ @vercel/cosmosdb-server',
      measured: printSpread(roof, 1),
      target: 'none',
      passed: undefined,
      how: `${rateOf('unread')} and ${rateOf('vercel')} requests a second; ${costOf('unread')} µs a request, before one byte of it is understood`,
    },
    {
      what: 'the same by processor time of the server a request: @vercel/cosmosdb-server ÷ simulator',
      measured: printSpread(dearer, 1),
      target: 'none',
      passed: undefined,
      how: `${costOf('vercel')} and ${costOf('simulator')} µs`,
    },
  ]
}

async function measure({ driver, processorMs }: Server): Promise<Round> {
  const beforeMs = await processorMs()
  const { requests, elapsedMs } = await driver.drive(roundMs)
  const usedMs = (await processorMs()) - beforeMs
  return { requestsPerSecond: (requests / elapsedMs) * 1000, costUs: (usedMs / requests) * 1000 }
}

async function openSimulatorAndBare(): Promise<Record<'simulator' | 'bare' | 'unread', Server>> {
  const child = await startChild<SimulatorQuestion, SimulatorAnswer>('simulator')
  const { address } = await child.ask({ kind: 'start', options: { seed: 'bench', throughput: 10_000_000 } })
  // The endpoint of the write region: there the read never waits for replication.
  const endpoint = Object.values(address!.regionalEndpoints)[0]!
  const { request, documentId, answer } = await recordSignedRead(endpoint, address!.key)
  const openConstant = async (name: 'bare-http' | 'bare-net'): Promise<Server> => {
    const constant = await startChild<ServerQuestion, ServerAnswer>(name)
    const { port } = await constant.ask({ kind: 'start', ...answer })
    return {
      driver: await RawDriver.open({ ...request, port }, documentId, connections),
      processorMs: async () => (await constant.ask({ kind: 'processor-time' })).processorMs,
      end: () => constant.end(),
    }
  }
  return {
    simulator: {
      driver: await RawDriver.open(request, documentId, connections),
      processorMs: async () => (await child.ask({ kind: 'processor-time' })).processorMs,
      end: () => child.end(),
    },
    bare: await openConstant('bare-http'),
    unread: await openConstant('bare-net'),
  }
}

async function openVercel(): Promise<Server> {
  const child = await startChild<object, ServerAnswer>('vercel')
  const { port } = await child.ask({})
  const key = Buffer.from('any key will do').toString('base64')
  const { request, documentId } = await recordSignedRead(`http://127.0.0.1:${port}/`, key)
  return {
    driver: await RawDriver.open(request, documentId, connections),
    processorMs: async () => (await child.ask({})).processorMs,
    end: () => child.end(),
  }
}
