import { startChild } from './child.ts'
import type { ScrapeAnswer, ScrapeQuestion } from './processes/scrape.ts'
import type { Row } from './report.ts'
import { printSpread, spreadOf } from './statistics.ts'

const scenarios = 50
const runsPerScenario = 60
const scrapes = 30
const mostBlockedMs = 50

const formats = [
  { name: 'text', accept: 'text/plain' },
  { name: 'OpenMetrics with exemplars', accept: 'application/openmetrics-text' },
]

/**
 * How long a scrape blocks the event loop of a process that serves 50 scenarios with runs behind them: the longest gap
 * that a timer of 1 ms saw between the request and its answer, that millisecond included. The median of the scrapes counts:
 * the worst, which is printed besides, is the first and coldest one, or one that other work on the machine held up.
 */
export async function benchScrape(): Promise<Row[]> {
  const child = await startChild<ScrapeQuestion, ScrapeAnswer>('scrape')
  const { address, series } = await child.ask({ kind: 'start', scenarios, runsPerScenario })
  const rows: Row[] = []
  for (const { name, accept } of formats) {
    const blockedMs: number[] = []
    let bytes = 0
    for (let scrape = 0; scrape < scrapes; scrape++) {
      await child.ask({ kind: 'reset' })
      const response = await fetch(`${address}/metrics`, { headers: { accept } })
      const body = await response.text()
      if (response.status !== 200) throw new Error(`a scrape was answered with ${response.status}`)
      bytes = body.length
      blockedMs.push((await child.ask({ kind: 'blocked' })).blockedMs)
    }
    const spread = spreadOf(blockedMs)
    rows.push({
      what: `event loop blocked by a scrape with ${scenarios} scenarios, ${name}`,
      measured: `${printSpread(spread, 1)} ms, at worst ${spread.most.toFixed(1)} ms`,
      target: `under ${mostBlockedMs} ms`,
      passed: spread.median < mostBlockedMs,
      how: `${series} series, ${(bytes / 2 ** 20).toFixed(1)} MB, ${runsPerScenario} runs a scenario behind them; over HTTP, longest gap seen by a 1 ms timer in the serving process, ${scrapes} scrapes`,
    })
  }
  child.end()
  return rows
}
