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
export type Told = Readonly<Record<string, unknown>> & {
  readonly title: string
  readonly examples?: readonly unknown[]
}

const variablePattern = '\\$\\{'

/** A `${VAR}` may stand where any scalar may; an editor must not mark it as an error. */
function orVariable(accepts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (typeof accepts.pattern === 'string') return { ...accepts, pattern: `${accepts.pattern}|${variablePattern}` }
  return accepts.type === 'string' ? accepts : { anyOf: [accepts, { type: 'string', pattern: variablePattern }] }
}

/** A scalar: one function reads or refuses it, one description tells an editor what `read` accepts. */
export function scalar<T>({ title, examples, ...accepts }: Told, read: (value: unknown) => T | Refusal) {
  return z
    .unknown()
    .transform((value, context): T => {
      const result = read(value)
      if (!(result instanceof Refusal)) return result
      const refusal = value === null ? refuse(() => 'the value is missing', result.instead) : result
      context.issues.push({ code: 'custom', input: value, params: { refusal } })
      return z.NEVER
    })
    .meta({ title, ...(examples ? { examples } : {}), ...orVariable(accepts) })
}

/** One of several shapes, chosen by how the value looks, so that a mistake within it is reported as that shape's. */
export function choice<const Options extends Readonly<Record<string, z.ZodType>>>(
  options: Options,
  choose: (value: unknown) => keyof Options | Refusal,
) {
  return z
    .unknown()
    .transform((value, context): z.output<Options[keyof Options]> => {
      const chosen = choose(value)
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

/** Names become labels of metrics, host names and file names. */
export const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/
export const nameForm = 'small letters, digits and dashes, at most 63'

/** A map by name. The names are judged by `wrongNames`: zod would not look at the values of those that it refuses. */
export const mapByName = <Value extends z.ZodType>(value: Value) =>
  z.record(z.string().meta({ pattern: namePattern.source }), value)

export const wrongNames = (map: unknown): string[] =>
  isMapping(map) ? Object.keys(map).filter((name) => !namePattern.test(name)) : []

/** JSON Schema draft 07 of what a file may say, without the `$schema` line: what editors understand best. */
export function describe(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    // zod drops the examples of whatever is transformed; ours are of what the file says, not of what becomes of it.
    override: ({ zodSchema, jsonSchema }) => {
      const { examples } = z.globalRegistry.get(zodSchema) ?? {}
      if (Array.isArray(examples)) jsonSchema.examples = examples
    },
  })
  return rest
}

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
