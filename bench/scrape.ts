import { startChild } from './child.ts'
import type { ScrapeAnswer, ScrapeQuestion } from './processes/scrape.ts'
import type { Row } from './report.ts'
import { printSpread, spreadOf } from './statistics.ts'

const scenarios = 50
const runsPerScenario = 60
const scrapes = 30
const mostBlockedMs = 50

/** What one process may watch, and how often Prometheus asks it at the most. */
const many = { scenarios: 200, arms: 3, runsPerScenario: 12, maxSeries: 1_000_000 }
const scrapesPerSecond = 1
/** Every scenario runs once in 10 s. */
const runsBetweenScrapes = many.scenarios / 10 / scrapesPerSecond
const mostOfACore = 0.03

const formats = [
  { name: 'text', accept: 'text/plain' },
  { name: 'OpenMetrics with exemplars', accept: 'application/openmetrics-text' },
]

/**
 * How long a scrape blocks the event loop of a process that serves 50 scenarios with runs behind them: the longest gap
 * that a timer of 1 ms saw between the request and its answer, that millisecond included. The median of the scrapes counts:
 * the worst, which is printed besides, is the first and coldest one, or one that other work on the machine held up.
 */
export const benchScrape = async (): Promise<Row[]> => [...(await benchBlocking()), await benchShareOfACore()]

async function benchBlocking(): Promise<Row[]> {
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

/** Processor time of the serving process for a scrape, between which runs go on as they would: what they take is not counted. */
async function benchShareOfACore(): Promise<Row> {
  const child = await startChild<ScrapeQuestion, ScrapeAnswer>('scrape')
  const { address, series } = await child.ask({ kind: 'start', ...many })
  const costMs: number[] = []
  let bytes = 0
  for (let scrape = 0; scrape < scrapes; scrape++) {
    const before = await child.ask({ kind: 'run', runs: runsBetweenScrapes })
    const response = await fetch(`${address}/metrics`, { headers: { accept: 'application/openmetrics-text' } })
    bytes = (await response.arrayBuffer()).byteLength
    if (response.status !== 200) throw new Error(`a scrape was answered with ${response.status}`)
    costMs.push((await child.ask({ kind: 'blocked' })).processorMs - before.processorMs)
  }
  child.end()
  const spread = spreadOf(costMs.map((ms) => (ms / 1000) * scrapesPerSecond))
  return {
    what: `share of a core that ${scrapesPerSecond} scrape a second takes, ${many.scenarios} scenarios with ${many.arms} arms`,
    measured: `${printSpread({ ...spread, median: spread.median * 100, lowerQuartile: spread.lowerQuartile * 100, upperQuartile: spread.upperQuartile * 100 }, 1)} %`,
    target: `under ${mostOfACore * 100} %`,
    passed: spread.median < mostOfACore,
    how: `${series} series, ${(bytes / 2 ** 20).toFixed(1)} MB of OpenMetrics; processor time of the serving process, user and system, from the request to the answer; ${runsBetweenScrapes} runs between two scrapes, not counted; --max-series raised`,
  }
}
