import { startChild } from './child.ts'
import { startJourneyAccount } from './journey-account.ts'
import type { JourneyAnswer, JourneyQuestion } from './journey-question.ts'
import type { ReceiverAnswer, ReceiverQuestion } from './processes/receiver.ts'
import type { Row } from './report.ts'
import { printSpread, spreadOf } from './statistics.ts'

const rounds = 12
const roundMs = 1200
const warmUpMs = 4000

/** A journey with OpenTelemetry on, metrics, traces of every run, and logs, ÷ one with it off: both hopwatch, in turns. */
export async function benchTelemetry(): Promise<Row[]> {
  const account = await startJourneyAccount()
  const receiver = await startChild<ReceiverQuestion, ReceiverAnswer>('receiver')
  const { url } = await receiver.ask({ kind: 'start' })
  const open = async (to?: string) => {
    const side = await startChild<JourneyQuestion, JourneyAnswer>('hopwatch', ['--expose-gc'])
    await side.ask({
      kind: 'open',
      endpoint: account.endpoint,
      key: account.key,
      ...(to !== undefined && { receiver: to }),
    })
    await side.ask({ kind: 'run', forMs: warmUpMs })
    return side
  }
  const off = await open()
  const on = await open(url)
  const pairs: { on: JourneyAnswer; off: JourneyAnswer }[] = []
  const before = await receiver.ask({ kind: 'count' })
  for (let round = 0; round < rounds; round++) {
    const run = (side: typeof on) => side.ask({ kind: 'run', forMs: roundMs })
    const first = await run(round % 2 === 0 ? on : off)
    const second = await run(round % 2 === 0 ? off : on)
    pairs.push(round % 2 === 0 ? { on: first, off: second } : { on: second, off: first })
  }
  const after = await receiver.ask({ kind: 'count' })
  for (const child of [on, off, receiver, account]) child.end()

  const costOf = ({ journeys, processorMs }: JourneyAnswer) => processorMs / journeys
  const ratio = spreadOf(pairs.map((pair) => costOf(pair.on) / costOf(pair.off)))
  const microseconds = (side: 'on' | 'off') =>
    (spreadOf(pairs.map((pair) => costOf(pair[side]))).median * 1000).toFixed(0)
  const journeys = pairs.reduce((sum, pair) => sum + pair.on.journeys, 0)
  const rate = spreadOf(pairs.map(({ on: { journeys: made, elapsedMs } }) => (made / elapsedMs) * 1000)).median
  return [
    {
      what: 'a journey with OpenTelemetry on ÷ off, by processor time',
      measured: printSpread(ratio, 3),
      target: 'none',
      passed: undefined,
      how: `${microseconds('on')} and ${microseconds('off')} µs a journey, user and system; every run traced, at ${rate.toFixed(0)} runs a second; ${((after.bytes - before.bytes) / journeys).toFixed(0)} bytes a journey reached the receiver in ${after.requests - before.requests} requests`,
    },
  ]
}
