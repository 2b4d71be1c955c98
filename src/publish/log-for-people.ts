const ofTraces: ReadonlySet<string> = new Set(['trace_id', 'span_id'])

/**
 * A line of the log as somebody at a terminal reads it: `15:35:21 info   target is up  consistency=Session`, in UTC as everywhere else.
 * The fields are those of the JSON but for a trace's ids, of which the run's is the half that finds it. Nothing in them can steer the
 * terminal: what is not plain is printed as JSON prints it.
 */
export function logLineForPeople(line: string): string {
  const { level, time, msg, ...facts } = JSON.parse(line) as Readonly<Record<string, unknown>>
  const fields = Object.fromEntries(Object.entries(facts).filter(([name]) => !ofTraces.has(name)))
  const stacks = Object.values(fields).flatMap((value) => (isError(value) ? [`\n${value.stack}`] : []))
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${fieldText(value)}`)
  const text = `${String(time).slice(11, 19)} ${String(level).padEnd(5)}  ${String(msg)} ${rest.join('')}`.trimEnd()
  return `${withoutControls(text)}${withoutControls(stacks.join(''))}\n`
}

interface LoggedError {
  readonly message: string
  readonly stack: string
}

const isError = (value: unknown): value is LoggedError =>
  typeof value === 'object' && value !== null && 'message' in value && 'stack' in value

function fieldText(value: unknown): string {
  if (isError(value)) return JSON.stringify(value.message)
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return JSON.stringify(value.join(', '))
  return typeof value === 'string' && /^[\w.:/@→-]+$/.test(value) ? value : JSON.stringify(value)
}

/** A stack keeps its lines. */
const withoutControls = (text: string): string => text.replaceAll(/(?!\n)\p{Cc}/gu, '')
