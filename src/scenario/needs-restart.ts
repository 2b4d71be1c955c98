import { isDeepStrictEqual } from 'node:util'
import type { Configuration } from './configuration.ts'
import type { Problem } from './problem.ts'
import { readYaml, type Source } from './yaml-file.ts'

/** What a reload may change of the configuration; everything else is opened once, at the start. */
const reloadable: ReadonlySet<keyof Configuration> = new Set(['scenarios', 'logLevel', 'graceMs', 'budget'])

/** Where the file's key has another name than what it becomes. */
const keyOf = (field: keyof Configuration): string => (field === 'graceMs' ? 'grace' : field)

/** Each key of the configuration that has changed since the start and cannot take effect without another one. */
export function needsRestart(text: string, source: Source, started: Configuration, now: Configuration): Problem[] {
  const file = readYaml(text, source)
  const fields = Object.keys(now) as (keyof Configuration)[]
  return fields
    .filter((field) => !reloadable.has(field) && !isDeepStrictEqual(started[field], now[field]))
    .map((field) =>
      file.problemAt(
        [keyOf(field)],
        'key',
        `"${keyOf(field)}" has changed since hopwatch started, and takes effect at the start alone`,
        'restart hopwatch, or put back what it said',
      ),
    )
}
