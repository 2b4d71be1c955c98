import { parse } from 'yaml'

interface Schema {
  readonly description?: string
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

/** One line a value: its default from `values.yaml`, its meaning from the schema. */
export function valuesTable(schemaText: string, valuesText: string): string {
  const rows = rowsOf('', JSON.parse(schemaText) as Schema, parse(valuesText))
  return `| value | default | what for |\n|---|---|---|\n${rows.join('\n')}\n`
}

function rowsOf(path: string, schema: Schema, value: unknown): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const name = path === '' ? key : `${path}.${key}`
    const present = isMapping(value) ? value[key] : undefined
    const row = `| \`${name}\` | ${present === undefined ? '' : `\`${JSON.stringify(present)}\``} | ${meaning(child)} |`
    if (child.properties) return [`| \`${name}\` | | ${meaning(child)} |`, ...rowsOf(name, child, present)]
    return [row, ...rowsOf(`${name}[]`, child.items ?? {}, undefined)]
  })
}

const meaning = ({ description = '', enum: choices }: Schema): string =>
  `${description.replaceAll('|', '\\|').replaceAll('\n', '\\n')}${choices ? ` One of ${choices.join(', ')}.` : ''}`

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
