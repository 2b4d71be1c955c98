import { collectDefaultMetrics, Registry } from 'prom-client'
import type { ExpositionFormat } from './exposition.ts'

/** prom-client's default metrics that are gauges named like counters, which Prometheus' own linter rejects. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/** Memory, processor, event loop and garbage collection of this process, in a registry of their own. */
export function watchProcess(): (format: ExpositionFormat) => Promise<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  return async (format) => {
    const names = registry.getMetricsAsArray().map(({ name }) => name)
    const printed = await Promise.all(names.map((name) => registry.getSingleMetricAsString(name)))
    const texts = format === 'text' ? printed : printed.map((text, index) => asOpenMetrics(names[index]!, text))
    return `${texts.join('\n')}\n`
  }
}

/**
 * OpenMetrics names a counter's family without `_total`. prom-client can print that itself, but renames the metric for good as
 * it does so, and the next text scrape is wrong.
 */
const asOpenMetrics = (name: string, printed: string) =>
  printed.replace(/^# (HELP|TYPE) \S+/gm, `# $1 ${name.replace(/_total$/, '')}`)
