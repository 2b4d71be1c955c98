import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { askPrometheus, type Chosen, type Sampled, type Target, type TimeRange, targetsOf } from '../ask.ts'

/** One query of a panel, and what Prometheus said to it. */
export interface Answered {
  readonly target: Target
  readonly series: readonly Sampled[]
}

/** A moment of the story that the lines are seen against. */
export interface Mark {
  readonly atSeconds: number
  readonly letter: string
  readonly text: string
}

/** What every drawing of a panel is given. */
export interface Scene {
  readonly panel: Panel
  readonly answers: readonly Answered[]
  readonly range: TimeRange
  readonly marks: readonly Mark[]
}

export const answersOf = (
  prometheus: string,
  panel: Panel,
  chosen: Chosen,
  range: TimeRange,
): Promise<readonly Answered[]> =>
  Promise.all(
    targetsOf(panel).map(async (target) => ({
      target,
      series: await askPrometheus(prometheus, target, chosen, range),
    })),
  )

/** The name of a series: its legend with the labels put in. */
export const nameOf = ({ legendFormat = '' }: Target, { labels }: Sampled): string =>
  legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '') || Object.values(labels).join(' ')

export const lastOf = ({ points }: Sampled): number | undefined => points.at(-1)?.[1]
export const mostOf = ({ points }: Sampled): number =>
  points.reduce((most, [, value]) => Math.max(most, value), -Infinity)

/** Every series of every query, under its name. */
export const namedSeries = (answers: readonly Answered[]): { readonly name: string; readonly of: Sampled }[] =>
  answers.flatMap(({ target, series }) => series.map((of) => ({ name: nameOf(target, of), of })))

/** Clock time within the story: minutes and seconds since it began. */
export const sinceStart = (atSeconds: number, { fromSeconds }: TimeRange): string => {
  const seconds = Math.max(0, Math.round(atSeconds - fromSeconds))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Whole minutes, or as many of them that about six fit. */
export function ticksOf({ fromSeconds, toSeconds }: TimeRange): number[] {
  const everySeconds = [30, 60, 120, 300, 600, 1800].find((each) => (toSeconds - fromSeconds) / each <= 8) ?? 3600
  const count = Math.floor((toSeconds - fromSeconds) / everySeconds)
  return Array.from({ length: count + 1 }, (_, index) => fromSeconds + index * everySeconds)
}
