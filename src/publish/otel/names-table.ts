import { catalogue, type MetricDefinition } from '../catalogue.ts'

/** The table of names in docs/opentelemetry.md. */
export const printNames = (): string =>
  `
| Prometheus | OpenTelemetry | instrument | unit |
|---|---|---|---|
${Object.values<MetricDefinition>(catalogue).map(printRow).join('\n')}

`

function printRow({ name, otelName, otelHistogram, kind, unit }: MetricDefinition): string {
  const instrument =
    kind === 'histogram' ? (unit === 's' ? 'exponential histogram' : 'histogram') : kind === 'summary' ? 'gauge' : kind
  const besides =
    otelHistogram === undefined ? '' : `; each amount also in the exponential histogram \`${otelHistogram}\``
  return `| \`${name}\` | \`${otelName}\`${besides} | ${instrument} | \`${unit}\` |`
}
