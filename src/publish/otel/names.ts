import { operationName } from '../../domain/observation.ts'
import type { MetricDefinition } from '../catalogue.ts'

/**
 * Attributes of the semantic conventions that hopwatch follows, as of version 1.45 of the JavaScript package; those of Azure Cosmos DB are
 * still in development there, which is why they are written out here: a new version of the package must not rename ours.
 */
export const conventions = {
  system: 'db.system.name',
  operation: 'db.operation.name',
  namespace: 'db.namespace',
  collection: 'db.collection.name',
  status: 'db.response.status_code',
  errorType: 'error.type',
  subStatus: 'azure.cosmosdb.response.sub_status_code',
  requestCharge: 'azure.cosmosdb.operation.request_charge',
  contactedRegions: 'azure.cosmosdb.operation.contacted_regions',
  consistency: 'azure.cosmosdb.consistency.level',
  connectionMode: 'azure.cosmosdb.connection.mode',
  region: 'cloud.region',
  httpStatus: 'http.response.status_code',
} as const

export const cosmosSystem = 'azure.cosmosdb'

/** The attribute of a Prometheus label: the label under `hopwatch.`, for what the words mean is ours. */
export const attributeOf = (label: string): string => `hopwatch.${label}`

export type MetricAttributes = Record<string, string>

const conventionMetrics = /^(?:db|azure)\./

/**
 * The attributes of a series. What a metric of the conventions demands besides is derived from the labels, one to one, so that the series stay
 * apart exactly as in Prometheus.
 */
export function metricAttributes(definition: MetricDefinition, values: readonly string[]): MetricAttributes {
  const attributes: MetricAttributes = {}
  definition.labels.forEach((label, index) => {
    attributes[attributeOf(label)] = values[index]!
  })
  const ofConvention = conventionMetrics.test(definition.otelHistogram ?? definition.otelName)
  const operation = values[definition.labels.indexOf('operation')]
  if (ofConvention && operation !== undefined) Object.assign(attributes, operationAttributes(operation))
  if (ofConvention && attributes[attributeOf('outcome')] === 'failed') attributes[conventions.errorType] = '_OTHER'
  return attributes
}

/** A request to a service of the user's own is no operation of a database. */
export function operationAttributes(operation: string): MetricAttributes {
  const name = Object.entries(operationName).find(([kind]) => kind === operation)?.[1]
  if (name === undefined || operation === 'request') return {}
  return { [conventions.system]: cosmosSystem, [conventions.operation]: name }
}
