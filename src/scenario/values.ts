import { validate as isCronExpression } from 'node-cron'
import { formatDuration, parseDuration } from '../base/duration.ts'
import { nameForm, namePattern, refuse, scalar } from './shape.ts'
import { alternatives, quote, suggestion } from './words.ts'

/** The scalars of scenario and configuration files: each is read by one function and described beside it. */

const durationPattern = '^\\d+(\\.\\d+)?(ms|s|m|h)$|^0$'

/** Milliseconds, at least `minMs` and at most 24 days (what a timer can wait). */
export const duration = ({ minMs = 0, example = '2s' }: { minMs?: number; example?: string } = {}) =>
  scalar(
    { title: 'duration', type: ['string', 'integer'], pattern: durationPattern, maximum: 0, examples: [example] },
    (value) => {
      const ms = readDuration(value)
      if (ms === undefined)
        return refuse(
          (shown) => `${shown} is not a duration`,
          `write a number with ms, s, m or h, for example ${quote(example)}`,
        )
      if (ms < minMs) return refuse((shown) => `${shown} is too short`, `write ${quote(formatDuration(minMs))} or more`)
      if (ms > timerMaxMs)
        return refuse((shown) => `${shown} is too long`, `write ${quote(formatDuration(timerMaxMs))} or less`)
      return ms
    },
  )

/** YAML reads a plain `0` as a number. */
const readDuration = (value: unknown): number | undefined =>
  typeof value === 'string' || value === 0 ? parseDuration(String(value)) : undefined

const timerMaxMs = 24 * 86_400_000

const sharePattern = '^\\d+(\\.\\d+)?%$'

/** 0…1 of `20%`; undefined for anything else. */
export function parseShare(value: unknown): number | undefined {
  if (typeof value !== 'string' || !new RegExp(sharePattern).test(value)) return undefined
  const share = Number(value.slice(0, -1)) / 100
  return share <= 1 ? share : undefined
}

export const share = (example = '10%') =>
  scalar({ title: 'share', type: 'string', pattern: sharePattern, examples: [example] }, (value) => {
    const instead = `write a percentage from "0%" to "100%", for example ${quote(example)}`
    return parseShare(value) ?? refuse((shown) => `${shown} is not a share`, instead)
  })

/** A share of the period, or a time. */
export const jitter = scalar<{ readonly share: number } | { readonly ms: number }>(
  {
    title: 'share or duration',
    type: ['string', 'integer'],
    pattern: `${sharePattern}|${durationPattern}`,
    maximum: 0,
    examples: ['10%', '50ms'],
  },
  (value) => {
    const part = parseShare(value)
    if (part !== undefined) return { share: part }
    const ms = readDuration(value)
    const instead = 'write a percentage of the period or a time, for example "10%" or "50ms"'
    return ms === undefined ? refuse((shown) => `${shown} is neither a share nor a duration`, instead) : { ms }
  },
)

/** One of `words`; a near miss gets its suggestion. */
export const oneOf = <const Word extends string>(title: string, words: readonly Word[]) =>
  scalar({ title, enum: words }, (value) => {
    const word = words.find((each) => each === value)
    if (word !== undefined) return word
    const instead = typeof value === 'string' ? suggestion(value, words) : `write ${alternatives(words)}`
    return refuse((shown) => `${shown} is not a ${title}`, instead)
  })

/** A text that is not empty. */
export const text = (title: string, example: string) =>
  scalar({ title, type: 'string', minLength: 1, examples: [example] }, (value) =>
    typeof value === 'string' && value.trim() !== ''
      ? value.trim()
      : refuse((shown) => `${shown} is not a ${title}`, `write a text, for example ${quote(example)}`),
  )

/** A text of a fixed form. `of` says in a word what it is. */
export const patterned = (title: string, pattern: RegExp, example: string, form: string) =>
  scalar({ title, type: 'string', pattern: pattern.source, examples: [example] }, (value) =>
    typeof value === 'string' && pattern.test(value)
      ? value
      : refuse((shown) => `${shown} is not a ${title}`, `write ${form}, for example ${quote(example)}`),
  )

/** A number within bounds, both inclusive. */
export const number = ({
  min,
  max,
  whole,
  example,
}: {
  min: number
  max?: number
  whole?: boolean
  example: number
}) => {
  const bounds = max === undefined ? `of ${min} or more` : `from ${min} to ${max}`
  const told = { type: whole ? 'integer' : 'number', minimum: min, ...(max === undefined ? {} : { maximum: max }) }
  const kind = whole ? 'whole number' : 'number'
  return scalar({ title: kind, ...told, examples: [example] }, (value) =>
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= min &&
    value <= (max ?? Infinity) &&
    !(whole && value % 1)
      ? value
      : refuse((shown) => `${shown} is not a ${kind} ${bounds}`, `write for example ${example}`),
  )
}

export const flag = scalar({ title: 'true or false', type: 'boolean' }, (value) =>
  typeof value === 'boolean' ? value : refuse((shown) => `${shown} is neither true nor false`, 'write true or false'),
)

export const name = (example: string) => patterned('name', namePattern, example, nameForm)

export const environmentVariable = (example: string) =>
  patterned('name of an environment variable', /^[A-Za-z_][A-Za-z0-9_]*$/, example, 'the name alone, without "$"')

export const cronExpression = scalar(
  { title: 'cron expression', type: 'string', examples: ['*/10 * * * * *'] },
  (value) =>
    typeof value === 'string' && isCronExpression(value)
      ? value
      : refuse(
          (shown) => `${shown} is not a cron expression`,
          'write five fields, or six with seconds first, for example "*/10 * * * * *"',
        ),
)

export const timezone = scalar({ title: 'time zone', type: 'string', examples: ['Europe/Oslo'] }, (value) =>
  typeof value === 'string' && isTimezone(value)
    ? value
    : refuse((shown) => `${shown} is not a time zone`, 'write an IANA name, for example "Europe/Oslo" or "UTC"'),
)

function isTimezone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** `50/s` → 50. */
export const rate = (example: string) =>
  scalar({ title: 'rate', type: 'string', pattern: '^\\d+(\\.\\d+)?/s$', examples: [example] }, (value) => {
    const perSecond = typeof value === 'string' ? Number(/^(\d+(?:\.\d+)?)\/s$/.exec(value)?.[1]) : Number.NaN
    return perSecond > 0
      ? perSecond
      : refuse((shown) => `${shown} is not a rate`, `write a number and "/s", for example ${quote(example)}`)
  })

const frequencyPattern = '^[1-9]\\d{0,3} per [1-9]\\d{0,3}(h|d)$'

/** Mean milliseconds from one to the next of `1 per 90d` or `2 per 12h`; undefined for anything else. */
export function parseFrequency(text: string): number | undefined {
  if (!new RegExp(frequencyPattern).test(text)) return undefined
  const [count, , time = ''] = text.split(' ')
  return (Number(time.slice(0, -1)) * (time.endsWith('d') ? 86_400_000 : 3_600_000)) / Number(count)
}

export const frequency = (example: string) =>
  scalar(
    { title: 'frequency', type: 'string', pattern: frequencyPattern, examples: [example] },
    (value) =>
      (typeof value === 'string' ? parseFrequency(value) : undefined) ??
      refuse(
        (shown) => `${shown} is not a frequency`,
        `write a number, "per" and hours or days, for example ${quote(example)}`,
      ),
  )

const unitBytes = { B: 1, KB: 1024, MB: 1024 ** 2 } as const
const sizePattern = '^\\d+(B|KB|MB)$'

/** Bytes of `512B`, `8KB` (8192, as servers count), `1MB`; undefined for anything else and for nothing. */
function readSize(value: unknown): number | undefined {
  const [, digits, unit] = (typeof value === 'string' && /^(\d+)(B|KB|MB)$/.exec(value)) || []
  const bytes = Number(digits) * unitBytes[unit as keyof typeof unitBytes]
  return bytes > 0 ? bytes : undefined
}

export const size = (example: string) =>
  scalar(
    { title: 'size', type: 'string', pattern: sizePattern, examples: [example] },
    (value) =>
      readSize(value) ??
      refuse((shown) => `${shown} is not a size`, `write a number with B, KB or MB, for example ${quote(example)}`),
  )

/** A size, or the limits of a server by its name. */
export const sizeOr = <const Server extends string>(servers: readonly Server[]) =>
  scalar<{ readonly bytes: number } | { readonly server: Server }>(
    {
      title: 'size or server',
      type: 'string',
      pattern: `${sizePattern}|^(${servers.join('|')})$`,
      examples: ['8KB', ...servers],
    },
    (value) => {
      const server = servers.find((each) => each === value)
      if (server !== undefined) return { server }
      const bytes = readSize(value)
      const instead = `write a number with B or KB, for example "8KB", or ${alternatives(servers)}`
      return bytes === undefined ? refuse((shown) => `${shown} is not a size`, instead) : { bytes }
    },
  )

/** `10 runs` → 10. */
export const everyRuns = scalar(
  { title: 'number of runs', type: 'string', pattern: '^[1-9]\\d{0,5} runs$', examples: ['10 runs'] },
  (value) =>
    (typeof value === 'string' ? Number(/^([1-9]\d{0,5}) runs$/.exec(value)?.[1]) : 0) ||
    refuse((shown) => `${shown} is not a number of runs`, 'write for example "10 runs"'),
)
