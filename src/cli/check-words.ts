import type { ObjectiveResult } from '../domain/objectives.ts'
import type { Interval } from '../domain/statistics.ts'
import type { Setback } from '../publish/setbacks.ts'

const statusWords: Record<ObjectiveResult['status'], string> = {
  met: 'met',
  broken: 'BROKEN',
  undecided: 'undecided',
  unmeasured: 'not measured',
}

const objectiveWords: Record<ObjectiveResult['objective'], { name: string; print: (value: number) => string }> = {
  staleReads: { name: 'stale reads', print: (value) => percent(value) },
  tokenLoss: { name: 'token loss', print: (value) => percent(value) },
  p95Ms: { name: 'p95 of reads', print: (value) => milliseconds(value) },
  retriesPerRead: { name: 'retries per read', print: (value) => value.toFixed(2) },
}

/** The objective as it was declared: `stale reads: at most 0%`. */
export const objectiveText = ({ objective, limit }: ObjectiveResult): string =>
  `${objectiveWords[objective].name}: at most ${objectiveWords[objective].print(limit)}`

/** What was measured: `stale reads: 3% (95 %: 2% to 4%)`. */
export function measuredText({ objective, measured, interval }: ObjectiveResult): string {
  const { name, print } = objectiveWords[objective]
  const figure = measured === undefined ? '–' : print(measured)
  const between = interval ? ` (95 %: ${percent(interval.low)} to ${percent(interval.high)})` : ''
  return `${name}: ${figure}${between}`
}

export const objectiveLine = (result: ObjectiveResult): string =>
  `${statusWords[result.status].padEnd(12)} ${measuredText(result)}, at most ${objectiveWords[result.objective].print(result.limit)}${result.isDefault ? ' by default' : ''}`

/** What is held against a scenario though its file does not say so, and how to say otherwise. */
export const defaultText = ({ objective }: ObjectiveResult): string =>
  `no objective for ${objectiveWords[objective].name} is declared, and so 0% is allowed: to allow more, write for example "objectives: { ${objective}: 5% }"; 100% allows all`

export const rate = (interval: Interval | undefined): string =>
  interval === undefined ? '–' : `${percent(interval.point)} [${percent(interval.low)}, ${percent(interval.high)}]`

const percent = (share: number): string => `${Number((share * 100).toFixed(2))}%`

export const milliseconds = (ms: number | undefined): string =>
  ms === undefined ? '–' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`

/** `12 writes at portal in doubt: the answer was 204, which "expect" does not name`. */
export function setbackText({ kind, hop, operation, outcome, status, substatus, count }: Setback): string {
  const became = kind === 'read' ? 'failed' : outcome === 'refused' ? 'refused' : 'in doubt'
  const what = `${count} ${kind}${count === 1 ? '' : 's'} at ${hop} ${became}`
  if (status === undefined) return `${what}: no answer came${outcome === 'timeout' ? ' in time' : ''}`
  const answer = `${what}: the answer was ${substatus ? `${status}/${substatus}` : status}`
  if (operation !== 'request' || status >= 400) return answer
  return `${answer}, which "expect" does not name${kind === 'read' ? ', or "version" was not found in it' : ''}`
}
