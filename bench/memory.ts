import { startChild } from './child.ts'
import type { MemoryAnswer, MemoryQuestion } from './processes/memory.ts'
import type { Row } from './report.ts'

const readings = 10
const journeysPerReading = 100_000
const mostDrift = 0.05

/**
 * Memory between the 1st and the 10th 100,000 journeys. Two of the shipped scenarios run in turn, through run/ and everything that
 * publishes; against the simulated account directly and on a manual clock, because a million journeys through HTTP take
 * the better part of an hour. The account is in the same process: its memory counts. What HTTP and the SDK keep is
 * looked at in the journeys' part.
 */
export async function benchMemory(): Promise<Row[]> {
  const child = await startChild<MemoryQuestion, MemoryAnswer>('memory', ['--expose-gc'])
  const answers: MemoryAnswer[] = []
  for (let reading = 0; reading < readings; reading++) {
    const answer = await child.ask({ journeys: journeysPerReading })
    answers.push(answer)
    const seconds = (answer.elapsedMs / 1000).toFixed(1)
    process.stdout.write(`  ${reading + 1}: ${megabytes(answer.residentBytes)} MB resident after ${seconds} s\n`)
  }
  child.end()
  const row = (what: string, bytesOf: (answer: MemoryAnswer) => number, how: string): Row => {
    const bytes = answers.map(bytesOf)
    const [first, last] = [bytes[0]!, bytes.at(-1)!]
    const drift = last / first - 1
    return {
      what,
      measured: `${megabytes(first)} → ${megabytes(last)} MB (${(drift * 100).toFixed(1)} %); most ${megabytes(Math.max(...bytes))} MB`,
      target: `within ±${mostDrift * 100} %`,
      passed: Math.abs(drift) <= mostDrift,
      how,
    }
  }
  const results = Object.entries(answers.at(-1)!.results).map(([result, count]) => `${count} ${result}`)
  return [
    row(
      'resident memory after the 1st and the 10th 100,000 journeys',
      (answer) => answer.residentBytes,
      `after forced collections; travel-itinerary and field-maintenance through run/ and all of publish/, on the simulated account without HTTP, on a manual clock; of the last 100,000: ${results.join(', ')}`,
    ),
    row('heap in use at the same moments', (answer) => answer.heapBytes, 'heapUsed after forced collections'),
  ]
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
