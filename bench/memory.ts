import { startChild } from './child.ts'
import type { MemoryAnswer, MemoryQuestion } from './processes/memory.ts'
import type { Row } from './report.ts'

const readings = 10
const journeysPerReading = 100_000
const mostDrift = 0.05
/**
 * Left to itself, V8 lets the young generation grow with the work, and with it the process by some 30 MB during the first
 * 200,000 journeys, where it stays (seen over a million). Held small, what is left to grow is what hopwatch keeps.
 */
const nurseryMegabytes = 4

/**
 * Memory between the 1st and the 10th 100,000 journeys. Two of the shipped scenarios run in turn, through run/ and everything that
 * publishes; against the simulated account directly and on a manual clock, because a million journeys through HTTP take
 * the better part of an hour. The account is in the same process: its memory counts. What HTTP and the SDK keep is
 * looked at in the journeys' part.
 */
export async function benchMemory(): Promise<Row[]> {
  const child = await startChild<MemoryQuestion, MemoryAnswer>('memory', [
    '--expose-gc',
    `--max-semi-space-size=${nurseryMegabytes}`,
  ])
  const answers: MemoryAnswer[] = []
  for (let reading = 0; reading < readings; reading++) {
    const answer = await child.ask({ journeys: journeysPerReading })
    answers.push(answer)
    const seconds = (answer.elapsedMs / 1000).toFixed(1)
    process.stdout.write(`  ${reading + 1}: ${megabytes(answer.residentBytes)} MB resident after ${seconds} s\n`)
  }
  child.end()
  const [first, last] = [answers[0]!, answers.at(-1)!]
  const drift = last.residentBytes / first.residentBytes - 1
  const heaps = answers.map((answer) => answer.heapBytes)
  const results = Object.entries(last.results).map(([result, count]) => `${count} ${result}`)
  return [
    {
      what: 'resident memory after the 1st and the 10th 100,000 journeys',
      measured: `${megabytes(first.residentBytes)} → ${megabytes(last.residentBytes)} MB (${(drift * 100).toFixed(1)} %); most ${megabytes(Math.max(...answers.map((answer) => answer.residentBytes)))} MB`,
      target: `within ±${mostDrift * 100} %`,
      passed: Math.abs(drift) <= mostDrift,
      how: `after forced collections, with V8's young generation held at ${nurseryMegabytes} MB a half; travel-itinerary and field-maintenance through run/ and all of publish/, on the simulated account without HTTP, on a manual clock; of the last 100,000: ${results.join(', ')}`,
    },
    {
      what: 'heap in use at the ten readings',
      measured: `${heaps.map(megabytes).join(', ')} MB`,
      target: 'none',
      passed: undefined,
      how: 'heapUsed after forced collections; it goes up and down with what the simulated account keeps until it tidies up',
    },
  ]
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
