/**
 * Draws docs/dashboards/*.svg: what the dashboards show of the regression demonstration, by their own queries.
 *
 *   npm run dashboards:pictures                       runs the demonstration first; takes about ten minutes
 *   npm run dashboards:pictures -- <URL> [scenario]   draws what the Prometheus there has of the last ten minutes
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lossyCarry, startRegressionDemo } from '../examples/regression/demo.ts'
import { type Phase, tellStory } from '../examples/regression/story.ts'
import { dashboards } from './dashboards/all.ts'
import { type Chosen, emptyQueries } from './dashboards/ask.ts'
import type { Mark } from './dashboards/pictures/answers.ts'
import { drawDashboard } from './dashboards/pictures/draw.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'docs/dashboards')
const stepSeconds = 15
const share = 0.2
const all = '.+'
const nowSeconds = (): number => Date.now() / 1000
const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** What is chosen on top of each page, besides its defaults; the interval is what Grafana makes of a scrape every 15 s. */
const defaults: Chosen = { job: all, scenario: all, arm: all, window: '5m', __rate_interval: '1m', __range: '15m' }
const scenario = process.argv[3] ?? lossyCarry.scenario
const chosenFor: Readonly<Record<string, { readonly chosen: Chosen; readonly caption: string }>> = {
  'hopwatch-scenario': {
    chosen: { scenario },
    caption: `scenario ${scenario}, all arms`,
  },
  'hopwatch-token-flow': { chosen: { arm: 'propagated' }, caption: 'all scenarios, arm propagated' },
}

async function draw(prometheus: string, fromSeconds: number, toSeconds: number, marks: readonly Mark[]): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const range = { fromSeconds, toSeconds, stepSeconds }
  for (const { uid } of dashboards) {
    const dashboard = JSON.parse(readFileSync(join(root, 'dashboards', `${uid}.json`), 'utf8')) as Parameters<
      typeof drawDashboard
    >[0]['dashboard']
    const { chosen, caption } = chosenFor[uid] ?? { chosen: {}, caption: 'all scenarios' }
    const picture = {
      prometheus,
      dashboard,
      range,
      marks,
      chosen: { ...defaults, ...chosen },
      caption: `${caption}; tables look back 5m`,
    }
    writeFileSync(join(folder, `${uid}.svg`), await drawDashboard(picture))
    say(`docs/dashboards/${uid}.svg`)
    const empty = await emptyQueries(prometheus, dashboard, picture.chosen, range)
    if (empty.length > 0) {
      process.exitCode = 1
      say(`  has nothing to show of ${empty.join('; ')}`)
    }
  }
}

const words: Readonly<Partial<Record<Phase, readonly [letter: string, text: string]>>> = {
  losing: ['A', `a gateway begins to lose ${share * 100} % of the tokens`],
  alerted: ['B', 'the alert is at the webhook'],
  mended: ['C', 'the gateway is mended'],
  resolved: ['D', 'the alert is resolved'],
}

/** Runs the demonstration from a healthy start to the end of the alert. */
async function drawDemonstration(): Promise<void> {
  const marks: Mark[] = []
  const demo = await startRegressionDemo({ besides: [join(root, 'scenarios')] })
  // What it started would go on without it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void demo.close().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143)))
  try {
    // Rates need a minute of their own before there is anything to see.
    await new Promise((resolve) => setTimeout(resolve, 45_000))
    const fromSeconds = nowSeconds()
    await tellStory(demo, {
      healthyMs: 120_000,
      share,
      untilResolved: true,
      onPhase: async (phase) => {
        say(`${phase}: ${new Date().toISOString()}`)
        const [letter, text] = words[phase] ?? []
        if (letter && text) marks.push({ letter, text, atSeconds: nowSeconds() })
        // As long as somebody takes to roll the gateway back.
        if (phase === 'alerted') await new Promise((resolve) => setTimeout(resolve, 60_000))
      },
    })
    await new Promise((resolve) => setTimeout(resolve, 30_000))
    await draw(demo.prometheusUrl, fromSeconds, nowSeconds(), marks)
  } finally {
    await demo.close()
  }
}

const [, , prometheus] = process.argv
await (prometheus === undefined ? drawDemonstration() : draw(prometheus, nowSeconds() - 600, nowSeconds(), []))
