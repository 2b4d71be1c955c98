import type { RunValueName } from '../../domain/endpoint-request.ts'

/** What `${run.…}` stands for in one request. */
export type RunValues = Readonly<Record<RunValueName, string | number | undefined>>

const reference = /\$\{run\.([a-z]+)\}/g

const textOf = (values: RunValues, name: string): string => String(values[name as RunValueName] ?? '')

/** Within a path or query, so that no value can add a segment or a parameter. */
export const fillPath = (template: string, values: RunValues): string =>
  template.replaceAll(reference, (_, name: string) => encodeURIComponent(textOf(values, name)))

/** Undefined when the text holds a value that there is none of: the header is left out then. */
export function fillHeader(template: string, values: RunValues): string | undefined {
  const names = [...template.matchAll(reference)].map(([, name]) => name as RunValueName)
  if (names.some((name) => values[name] === undefined)) return undefined
  return template.replaceAll(reference, (_, name: string) => textOf(values, name))
}

/** A text that is nothing but one value takes the value's type: a version becomes a number, a token that is not there null. */
export function fillBody(template: unknown, values: RunValues): unknown {
  if (typeof template === 'string') {
    const [whole, name] = /^\$\{run\.([a-z]+)\}$/.exec(template) ?? []
    if (whole !== undefined) return values[name as RunValueName] ?? null
    return template.replaceAll(reference, (_, each: string) => textOf(values, each))
  }
  if (Array.isArray(template)) return template.map((each) => fillBody(each, values))
  if (typeof template !== 'object' || template === null) return template
  return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, fillBody(each, values)]))
}
