import { headers as names } from '../../protocol/headers.ts'
import type { ContainerDefinition, Json, Operation } from '../operation.ts'
import { isObject, parseObject, parseResource } from './body.ts'
import { badRequest, notImplemented, Refused } from './errors.ts'
import { header, type WireRequest, wholeNumberOf } from './request.ts'

export const parseCreateDatabase = (request: WireRequest): Operation => ({
  kind: 'createDatabase',
  id: parseResource(request.body).id,
  ...throughputOf(request),
})

export const parseListDatabases = (): Operation => ({ kind: 'listDatabases' })

export const parseDatabase =
  (kind: 'readDatabase' | 'deleteDatabase') =>
  (request: WireRequest): Operation => ({ kind, database: request.path.names[0]! })

export const parseCreateContainer = (request: WireRequest): Operation => ({
  kind: 'createContainer',
  database: request.path.names[0]!,
  definition: parseDefinition(request.body),
  ...throughputOf(request),
})

export const parseListContainers = (request: WireRequest): Operation => ({
  kind: 'listContainers',
  database: request.path.names[0]!,
})

export const parseContainer =
  (kind: 'readContainer' | 'deleteContainer' | 'readPartitionKeyRanges') =>
  (request: WireRequest): Operation => ({ kind, ...containerOf(request) })

export const parseReplaceContainer = (request: WireRequest): Operation => ({
  kind: 'replaceContainer',
  ...containerOf(request),
  definition: parseDefinition(request.body),
})

export const parseReadOffers = (): Operation => ({ kind: 'readOffers' })

export function parseReplaceOffer(request: WireRequest): Operation {
  const { content } = parseObject(request.body)
  if (isObject(content) && content.offerAutopilotSettings !== undefined) {
    throw new Refused(notImplemented('changing the throughput to autoscale'))
  }
  const throughput = isObject(content) ? content.offerThroughput : undefined
  if (typeof throughput !== 'number') throw new Refused(badRequest('An offer needs content.offerThroughput.'))
  return { kind: 'replaceOffer', offerId: request.path.names[0]!, throughput }
}

const containerOf = (request: WireRequest) => ({
  database: request.path.names[0]!,
  container: request.path.names[1]!,
})

function parseDefinition(body: string): ContainerDefinition {
  const definition = parseResource(body)
  const { partitionKey, defaultTtl } = definition
  if (!isObject(partitionKey) || !isPaths(partitionKey.paths)) {
    throw new Refused(badRequest("A container needs 'partitionKey' with an array of 'paths', each beginning with '/'."))
  }
  if (defaultTtl !== undefined && typeof defaultTtl !== 'number') {
    throw new Refused(badRequest("'defaultTtl' must be a number of seconds, or -1."))
  }
  const { kind, version } = partitionKey
  return {
    ...definition,
    partitionKey: {
      ...partitionKey,
      paths: partitionKey.paths,
      ...(typeof kind === 'string' && { kind }),
      ...(typeof version === 'number' && { version }),
    },
    ...(defaultTtl !== undefined && { defaultTtl }),
  }
}

const isPaths = (paths: Json | undefined): paths is readonly string[] =>
  Array.isArray(paths) && paths.length > 0 && paths.every((path) => typeof path === 'string' && path.startsWith('/'))

/** Autoscale is taken as its maximum: the simulator throttles past it, and does not scale below it. */
function throughputOf(request: WireRequest): { throughput?: number } {
  const autopilot = header(request, names.offerAutopilot)
  const throughput = autopilot === undefined ? wholeNumberOf(request, names.offerThroughput) : autoscaleMax(autopilot)
  return throughput === undefined ? {} : { throughput }
}

function autoscaleMax(settings: string): number {
  const { maxThroughput } = parseObject(settings)
  if (typeof maxThroughput !== 'number') throw new Refused(badRequest('Autoscale needs a maxThroughput.'))
  return maxThroughput
}
