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

export const contentTypes: Record<ExpositionFormat, string> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}
