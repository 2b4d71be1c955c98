import {
  type FieldConfig,
  MappingType,
  type Panel,
  type Threshold,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'

/** What Grafana knows of a field: how its values are printed and coloured. */
export interface Field {
  readonly unit: string | undefined
  readonly decimals: number | undefined
  readonly mappings: readonly ValueMapping[]
  readonly steps: readonly Threshold[]
  readonly empty: string
  readonly isColoured: boolean
  readonly width: number | undefined
}

/** The panel's defaults, and what it says besides of the field of this name. */
export function fieldOf({ fieldConfig }: Panel, name?: string): Field {
  const defaults: Partial<FieldConfig> = fieldConfig?.defaults ?? {}
  const own = new Map(
    (fieldConfig?.overrides ?? [])
      .filter(({ matcher }) => matcher.id === 'byName' && matcher.options === name)
      .flatMap(({ properties }) => properties.map(({ id, value }) => [id, value as unknown] as const)),
  )
  const ownSteps = own.get('thresholds') as { readonly steps: readonly Threshold[] } | undefined
  return {
    unit: (own.get('unit') as string | undefined) ?? defaults.unit,
    decimals: (own.get('decimals') as number | undefined) ?? defaults.decimals,
    mappings: (own.get('mappings') as ValueMapping[] | undefined) ?? defaults.mappings ?? [],
    steps: ownSteps?.steps ?? defaults.thresholds?.steps ?? [],
    empty: (own.get('noValue') as string | undefined) ?? defaults.noValue ?? '',
    isColoured: own.has('custom.cellOptions'),
    width: own.get('custom.width') as number | undefined,
  }
}

const hex: Readonly<Record<string, string>> = {
  green: '#56a64b',
  orange: '#f2a33a',
  red: '#e02f44',
  'dark-red': '#a50f26',
  blue: '#3274d9',
}

const mapped = (value: number, mappings: readonly ValueMapping[]) => {
  for (const { type, options } of mappings) {
    if (type === MappingType.ValueToText && options[String(value)]) return options[String(value)]
    if (type === MappingType.RangeToText && value >= (options.from ?? -Infinity) && value <= (options.to ?? Infinity))
      return options.result
  }
  return undefined
}

export interface Shown {
  readonly text: string
  readonly color: string
}

/** A value as the panel shows it. `nowMs` is what "ago" counts from. */
export function show(value: number | undefined, field: Field, nowMs: number): Shown {
  if (value === undefined) return { text: field.empty, color: '#c4c9d0' }
  const word = mapped(value, field.mappings)
  const step = field.steps.findLast((each) => value >= (each.value ?? -Infinity))
  const color = hex[word?.color ?? step?.color ?? 'green'] ?? '#56a64b'
  return { text: word?.text ?? format(value, field, nowMs), color }
}

const digits = (value: number, decimals: number | undefined): string => {
  const most = decimals ?? (Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2)
  return value.toFixed(most)
}

const scaled = (value: number, decimals: number | undefined, units: readonly string[], by: number): string => {
  const power = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log(Math.max(1, Math.abs(value))) / Math.log(by))),
  )
  return `${digits(value / by ** power, decimals)}${units[power]}`
}

const ago = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} seconds ago` : `${Math.round(seconds / 60)} minutes ago`

export function format(value: number, { unit, decimals }: Pick<Field, 'unit' | 'decimals'>, nowMs = 0): string {
  if (unit === 'percentunit') return `${digits(100 * value, decimals ?? 1)} %`
  if (unit === 's' && value !== 0 && Math.abs(value) < 1) return `${digits(1000 * value, decimals)} ms`
  if (unit === 's') return `${digits(value, decimals)} s`
  if (unit === 'bytes') return scaled(value, decimals, [' B', ' KiB', ' MiB', ' GiB'], 1024)
  if (unit === 'dateTimeFromNow') return ago((nowMs - value) / 1000)
  if (unit === 'short') return scaled(value, decimals, ['', ' K', ' Mil', ' Bil'], 1000)
  const suffix = unit === 'ops' ? ' /s' : unit === 'RU/s' ? ' RU/s' : unit?.startsWith('suffix:') ? unit.slice(7) : ''
  return `${digits(value, decimals)}${suffix}`
}
