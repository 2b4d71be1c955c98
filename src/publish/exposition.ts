import { type OpenMetricsContentType, Registry } from 'prom-client'

export type ExpositionFormat = 'text' | 'openmetrics'

/**
 * What the scraper prefers among the two formats. OpenMetrics only when it is asked for by name and not ranked below plain
 * text; every other wish, and none, gets the text format that everything reads.
 */
export function chooseFormat(accept: string | undefined): ExpositionFormat {
  const quality = (type: string) => {
    const range = accept?.split(',').find((part) => part.split(';')[0]?.trim().toLowerCase() === type)
    if (range === undefined) return 0
    const q = /;\s*q=([\d.]+)/i.exec(range)
    return q ? Number(q[1]) : 1
  }
  const openMetrics = quality('application/openmetrics-text')
  return openMetrics > 0 && openMetrics >= quality('text/plain') ? 'openmetrics' : 'text'
}

const contentTypes: Record<ExpositionFormat, string> = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
}

/**
 * Prints a text registry, and an OpenMetrics one that holds the same metrics, which shows the exemplars. Metric by metric, with
 * a turn of the event loop between: a scrape of many series must not delay a journey that is being measured.
 */
export async function printRegistry(
  format: ExpositionFormat,
  text: Registry,
  openMetrics: Registry<OpenMetricsContentType>,
): Promise<{ contentType: string; body: string }> {
  const parts: string[] = []
  for (const { name } of text.getMetricsAsArray()) {
    const isCounter = name.endsWith('_total')
    // prom-client's OpenMetrics printer renames counters for good, in both registries: print them as text instead.
    if (format === 'text' || isCounter) parts.push(openCounter(format, name, await text.getSingleMetricAsString(name)))
    else parts.push(await openMetrics.getSingleMetricAsString(name))
    await new Promise((resolve) => setImmediate(resolve))
  }
  const end = format === 'openmetrics' ? '# EOF\n' : ''
  return { contentType: contentTypes[format], body: `${parts.join('\n')}\n${end}` }
}

/** OpenMetrics names a counter's family without `_total`; its samples keep it. */
const openCounter = (format: ExpositionFormat, name: string, printed: string) =>
  format === 'text' ? printed : printed.replace(/^# (HELP|TYPE) \S+/gm, `# $1 ${name.slice(0, -'_total'.length)}`)
