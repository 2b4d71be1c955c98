import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'

/** A panel's query, as it stands in the dashboard's file. */
export interface Target {
  readonly refId: string
  readonly expr: string
  readonly format?: 'table' | 'heatmap' | 'time_series'
  readonly instant?: boolean
  readonly legendFormat?: string
  readonly exemplar?: boolean
}

export const panelsOf = ({ panels = [] }: Dashboard): Panel[] =>
  panels.filter((panel): panel is Panel => panel.type !== 'row')
export const targetsOf = ({ targets = [] }: Panel): readonly Target[] => targets as unknown as Target[]

export type Chosen = Readonly<Record<string, string>>

/**
 * Puts the chosen values in place of `$name`, as Grafana does. A variable that nobody chose is an error, where Grafana would leave
 * it; `$1` is no variable but a group of label_replace.
 */
export const substitute = (expr: string, chosen: Chosen): string =>
  expr.replace(/\$([a-z_]\w*)/g, (_, name: string) => {
    const value = chosen[name]
    if (value === undefined) throw new Error(`$${name} is nobody's: ${expr}`)
    return value
  })

export interface Sampled {
  readonly labels: Readonly<Record<string, string>>
  /** Time in seconds, value; NaN and infinities left out, as Grafana draws nothing for them. */
  readonly points: readonly (readonly [atSeconds: number, value: number])[]
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value?: readonly [number, string]
      readonly values?: readonly (readonly [number, string])[]
    }[]
  }
}

async function ask(
  url: string,
  parameters: { readonly query: string } & Readonly<Record<string, string>>,
): Promise<Sampled[]> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters) })
  const { data, error } = (await response.json()) as Answer
  if (!data) throw new Error(`${error}: ${parameters.query}`)
  return data.result
    .map(({ metric, value, values = value ? [value] : [] }) => ({
      labels: metric,
      points: values.map(([at, text]) => [at, Number(text)] as const).filter(([, number]) => Number.isFinite(number)),
    }))
    .filter(({ points }) => points.length > 0)
}

export interface TimeRange {
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly stepSeconds: number
}

/** What the panel would show of one query: as of the end of the range, or over it. */
export function askPrometheus(
  prometheus: string,
  { expr, instant = false }: Target,
  chosen: Chosen,
  { fromSeconds, toSeconds, stepSeconds }: TimeRange,
): Promise<Sampled[]> {
  const query = substitute(expr, chosen)
  return instant
    ? ask(`${prometheus}/api/v1/query`, { query, time: String(toSeconds) })
    : ask(`${prometheus}/api/v1/query_range`, {
        query,
        start: String(fromSeconds),
        end: String(toSeconds),
        step: String(stepSeconds),
      })
}

/** The queries that have nothing to show, each by its dashboard, panel and letter. */
export async function emptyQueries(
  prometheus: string,
  dashboard: Dashboard,
  chosen: Chosen,
  range: TimeRange,
): Promise<string[]> {
  const empty: string[] = []
  for (const panel of panelsOf(dashboard))
    for (const target of targetsOf(panel)) {
      const series = await askPrometheus(prometheus, target, chosen, range)
      if (series.length === 0) empty.push(`${dashboard.uid} (${chosen.scenario}), ${panel.title}, ${target.refId}`)
    }
  return empty
}
