import { type Child, startChild } from './child.ts'
import { startJourneyAccount } from './journey-account.ts'
import { concurrency, type JourneyAnswer, type JourneyQuestion } from './journey-question.ts'
import type { Row } from './report.ts'
import { printSpread, spreadOf } from './statistics.ts'

const rounds = 24
const roundMs = 1200
const warmUpMs = 4000
const leastRatio = 0.95

type Side = Child<JourneyQuestion, JourneyAnswer>

/**
 * Journeys a second through hopwatch ÷ through a bare loop on the SDK. A journey is the same on both sides: an upsert in the
 * write region, then a point read in another region under the write's session token, through one client a service, and the
 * version compared; no waits, and replication at once, so that nothing hides the work. hopwatch's side counts everything
 * that `serve` does with a run: the wire tap, the judgement, the metrics, totals, history and log.
 *
 * The machine is noisy and drifts, so the sides take turns of about a second, changing who begins, and each pair of
 * neighbours gives one ratio.
 */
export async function benchJourneys(): Promise<Row[]> {
  const account = await startJourneyAccount()
  const { endpoint, key } = account
  const open = async (name: 'hopwatch' | 'bare-sdk', sends?: 'as hopwatch'): Promise<Side> => {
    const side = await startChild<JourneyQuestion, JourneyAnswer>(name, ['--expose-gc'])
    await side.ask({ kind: 'open', endpoint, key, ...(sends && { sendsAsHopwatch: true }) })
    await side.ask({ kind: 'run', forMs: warmUpMs })
    return side
  }
  // hopwatch first: it makes the container.
  const hopwatch = await open('hopwatch')
  const bare = await open('bare-sdk')
  const quick = await open('bare-sdk', 'as hopwatch')

  const heapBefore = (await hopwatch.ask({ kind: 'memory' })).heapBytes
  const pairs: { hopwatch: JourneyAnswer; bare: JourneyAnswer; quick: JourneyAnswer }[] = []
  for (let round = 0; round < rounds; round++) {
    const run = (side: Side) => side.ask({ kind: 'run', forMs: roundMs })
    if (round % 2 === 0) {
      const first = await run(hopwatch)
      pairs.push({ hopwatch: first, bare: await run(bare), quick: await run(quick) })
    } else {
      const first = await run(bare)
      pairs.push({ hopwatch: await run(hopwatch), bare: first, quick: await run(quick) })
    }
  }
  const heapAfter = (await hopwatch.ask({ kind: 'memory' })).heapBytes
  for (const child of [hopwatch, bare, quick, account]) child.end()

  const ratio = spreadOf(pairs.map((pair) => rateOf(pair.hopwatch) / rateOf(pair.bare)))
  const processor = spreadOf(pairs.map((pair) => processorOf(pair.bare) / processorOf(pair.hopwatch)))
  const own = spreadOf(pairs.map((pair) => processorOf(pair.quick) / processorOf(pair.hopwatch)))
  const medianOf = (figure: (pair: (typeof pairs)[number]) => number) => spreadOf(pairs.map(figure)).median
  const journeys = pairs.reduce((sum, pair) => sum + pair.hopwatch.journeys, 0)
  const rates = `${medianOf((pair) => rateOf(pair.hopwatch)).toFixed(0)} and ${medianOf((pair) => rateOf(pair.bare)).toFixed(0)} journeys a second`
  const costs = `${medianOf((pair) => processorOf(pair.hopwatch)).toFixed(2)} and ${medianOf((pair) => processorOf(pair.bare)).toFixed(2)} ms a journey`
  return [
    {
      what: 'journeys a second through hopwatch ÷ a bare SDK loop',
      measured: printSpread(ratio, 3),
      target: `at least ${leastRatio}`,
      passed: ratio.median >= leastRatio,
      how: `${rates}; upsert, carry, point read in another region; ${concurrency} at a time on either side; the loop with the SDK's own HTTP client and signature, hopwatch with its own; simulator, hopwatch and loop in a process each; turns of ${roundMs / 1000} s`,
    },
    {
      what: 'the same by processor time: a journey of the bare loop ÷ one of hopwatch',
      measured: printSpread(processor, 3),
      target: 'none',
      passed: undefined,
      how: `${costs}, user and system of the process that makes the journeys; less moved by what else the machine does`,
    },
    {
      what: 'the same against a bare loop that sends and signs as hopwatch does: what watching itself costs',
      measured: printSpread(own, 3),
      target: 'none',
      passed: undefined,
      how: `${medianOf((pair) => processorOf(pair.quick)).toFixed(2)} ms a journey of that loop`,
    },
    {
      what: 'heap of hopwatch over these journeys, through the SDK and HTTP',
      measured: `${megabytes(heapBefore)} → ${megabytes(heapAfter)} MB`,
      target: 'none',
      passed: undefined,
      how: `after forced collections, ${journeys} journeys apart`,
    },
  ]
}

const rateOf = ({ journeys, elapsedMs }: JourneyAnswer): number => (journeys / elapsedMs) * 1000
/** Processor time a journey, in milliseconds. */
const processorOf = ({ journeys, processorMs }: JourneyAnswer): number => processorMs / journeys
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
