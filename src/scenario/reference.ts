import { configurationFile } from './configuration-schema.ts'
import { scenarioFile } from './schema.ts'
import { describe, isMapping } from './shape.ts'

/** Rows of `docs/scenario-file.md`, grown from the schema: one a key, in the order of the schema. */
export const referenceTable = (): string => keyTable(describe(scenarioFile))

/** The same of `hopwatch.yaml`, for `docs/configuration.md`. */
export const configurationTable = (): string => keyTable(describe(configurationFile))

function keyTable(schema: Schema): string {
  const rows = rowsOf(schema, '')
  const lines = rows.map((row) => `| ${[`\`${row.key}\``, row.type, row.usual, row.meaning].join(' | ')} |`)
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...lines].join('\n')
}

interface Row {
  readonly key: string
  readonly type: string
  readonly usual: string
  readonly meaning: string
}

type Schema = Readonly<Record<string, unknown>>

function rowsOf(schema: Schema, path: string): Row[] {
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(mapping(schema.properties)).flatMap(([name, property]) => {
    const key = path === '' ? name : `${path}.${name}`
    const own = mapping(property)
    const row = {
      key,
      type: typeWords(own),
      usual: required.includes(name) ? 'required' : usualWords(own.default),
      meaning: typeof own.description === 'string' ? own.description : '',
    }
    return [row, ...nestedRows(own, key)]
  })
}

/** Rows of what stands below a key: its own keys, those of any name, of its entries, or of one of its shapes. */
function nestedRows(schema: Schema, key: string): Row[] {
  // The steps of a branch are those of the journey.
  if (key.endsWith('.parallel[][]')) return []
  if (isMapping(schema.properties)) return rowsOf(schema, key)
  if (isMapping(schema.additionalProperties)) return nestedRows(schema.additionalProperties, `${key}.<name>`)
  if (isMapping(schema.items)) return nestedRows(schema.items, `${key}[]`)
  return shapesOf(schema).flatMap((shape) => nestedRows(shape, key))
}

function typeWords(schema: Schema): string {
  const words = shapesOf(schema).map(typeWords)
  const named = typeof schema.title === 'string' ? schema.title : undefined
  if (Array.isArray(schema.enum)) return schema.enum.map((word) => `\`${String(word)}\``).join(', ')
  if (isMapping(schema.properties) || isMapping(schema.additionalProperties)) return 'map'
  if (isMapping(schema.items)) return 'list'
  const choices = words.filter((word) => word !== '' && word !== 'map')
  if (named !== undefined && !words.some((word) => word.startsWith('`'))) return named
  return choices.length > 0 ? [...new Set(choices)].join(' or ') : words.length > 0 ? 'map' : ''
}

const shapesOf = (schema: Schema): Schema[] => (Array.isArray(schema.anyOf) ? schema.anyOf.filter(isMapping) : [])

const usualWords = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? `\`${value}\`` : ''

const mapping = (value: unknown): Schema => (isMapping(value) ? value : {})
