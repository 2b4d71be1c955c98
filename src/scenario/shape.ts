import { z } from 'zod'

/** What a value is refused for. `what` is given the value as the file spells it, quoted and free of secrets. */
export class Refusal {
  readonly what: (shown: string) => string
  readonly instead: string

  constructor(what: (shown: string) => string, instead: string) {
    this.what = what
    this.instead = instead
  }
}

export const refuse = (what: (shown: string) => string, instead: string): Refusal => new Refusal(what, instead)

/** What an editor is told: title (the type in a word), description, examples, and keywords of JSON Schema. */
export type Told = Readonly<Record<string, unknown>> & { readonly title: string }

/** A `${VAR}` may stand where any scalar may; an editor must not mark it as an error. */
const variable = { type: 'string', pattern: '\\$\\{' } as const

/** A scalar: one function reads or refuses it, one description tells an editor what `read` accepts. */
export function scalar<T>({ title, description, examples, ...accepts }: Told, read: (value: unknown) => T | Refusal) {
  const isAnyText = accepts.type === 'string' && accepts.pattern === undefined
  const told = { title, description, examples, ...(isAnyText ? accepts : { anyOf: [accepts, variable] }) }
  return z
    .unknown()
    .transform((value, context): T => {
      const result = value === undefined ? missing : read(value)
      if (!(result instanceof Refusal)) return result
      context.issues.push({ code: 'custom', input: value, params: { refusal: result } })
      return z.NEVER
    })
    .meta(Object.fromEntries(Object.entries(told).filter(([, each]) => each !== undefined)))
}

const missing = refuse(() => 'missing', '')

/** One of several shapes, chosen by how the value looks, so that a mistake within it is reported as that shape's. */
export function choice<const Options extends Readonly<Record<string, z.ZodType>>>(
  options: Options,
  choose: (value: unknown) => keyof Options | Refusal,
) {
  return z
    .unknown()
    .transform((value, context): z.output<Options[keyof Options]> => {
      const chosen = value === undefined ? missing : choose(value)
      if (chosen instanceof Refusal) {
        context.issues.push({ code: 'custom', input: value, params: { refusal: chosen } })
        return z.NEVER
      }
      const result = options[chosen]?.safeParse(value)
      if (result?.success) return result.data as z.output<Options[keyof Options]>
      for (const issue of result?.error.issues ?? [])
        context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue)
      return z.NEVER
    })
    .meta({ anyOf: Object.values(options).map(describe) })
}

/** A map of exactly these keys. What zod says of a strange one is replaced by the known ones, for `check-shape` to choose from. */
export const mapOf = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  })

/** JSON Schema draft 07 of what a file may say, without the `$schema` line: what editors understand best. */
export function describe(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
  return rest
}

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
