import { type Catalog, databaseBody, offerBody, offerId } from './catalog.ts'
import { problemWithDefinition } from './container.ts'
import { problemWithItem } from './item-write.ts'
import type { ItemOperation, Json, Operation, Reply } from './operation.ts'
import type { Settings } from './options.ts'
import { refusal, success } from './replies.ts'
import { requestCharge } from './request-charge.ts'

export interface MetadataWorld {
  readonly catalog: Catalog
  readonly settings: Settings
  /** Seconds since the Unix epoch. */
  readonly second: number
}

export type MetadataOperation = Exclude<Operation, ItemOperation | { kind: 'readAccount' }>
type Handler<K extends MetadataOperation['kind']> = (
  operation: Extract<MetadataOperation, { kind: K }>,
  world: MetadataWorld,
) => Reply

const handlers: { readonly [K in MetadataOperation['kind']]: Handler<K> } = {
  createDatabase: ({ id, throughput }, { catalog, second }) => {
    const problem = problemWithItem({ id })
    if (problem !== undefined) return refusal(400, problem)
    if (throughput !== undefined) return refusal(501, 'The simulator does not support throughput shared by a database.')
    if (catalog.database(id)) return refusal(409, 'A database with this id already exists.')
    return success(201, databaseBody(catalog.createDatabase(id, second)), requestCharge.metadataWrite())
  },
  readDatabase: ({ database }, { catalog }) => {
    const found = catalog.database(database)
    return found ? success(200, databaseBody(found), requestCharge.metadataRead()) : noDatabase()
  },
  deleteDatabase: ({ database }, { catalog }) => {
    if (!catalog.database(database)) return noDatabase()
    catalog.deleteDatabase(database)
    return { status: 204, requestCharge: requestCharge.metadataWrite() }
  },
  listDatabases: (_, { catalog }) => feed('', 'Databases', catalog.databases().map(databaseBody)),
  createContainer: ({ database, definition, throughput }, { catalog, settings, second }) => {
    const found = catalog.database(database)
    if (!found) return noDatabase()
    const problem = problemWithItem({ id: definition.id })
    if (problem !== undefined) return refusal(400, problem)
    const wrong = problemWithDefinition(definition)
    if (wrong) return refusal(wrong.status, wrong.message)
    if (throughput !== undefined && !(throughput > 0)) return refusal(400, 'The throughput is not above 0.')
    if (found.containers.has(definition.id)) return refusal(409, 'A container with this id already exists.')
    const container = catalog.createContainer(found, definition, throughput ?? settings.throughput, second)
    return success(201, container.body(), requestCharge.metadataWrite())
  },
  readContainer: ({ database, container }, { catalog }) => {
    const found = catalog.container(database, container)
    return found
      ? { ...success(200, found.body(), requestCharge.metadataRead()), etag: found.etag }
      : refusal(404, 'The container does not exist.')
  },
  deleteContainer: ({ database, container }, { catalog }) => {
    const deleted = catalog.database(database)?.containers.delete(container)
    return deleted
      ? { status: 204, requestCharge: requestCharge.metadataWrite() }
      : refusal(404, 'The container does not exist.')
  },
  replaceContainer: ({ database, container, definition }, { catalog }) => {
    const found = catalog.container(database, container)
    if (!found) return refusal(404, 'The container does not exist.')
    const wrong = problemWithDefinition(definition)
    if (wrong) return refusal(wrong.status, wrong.message)
    if (definition.id !== container) return refusal(400, 'A container cannot be renamed.')
    if (definition.partitionKey.paths.join() !== found.definition.partitionKey.paths.join()) {
      return refusal(400, 'The partition key of a container cannot change.')
    }
    found.definition = definition
    found.revision += 1
    return { ...success(200, found.body(), requestCharge.metadataWrite()), etag: found.etag }
  },
  listContainers: ({ database }, { catalog }) => {
    const found = catalog.database(database)
    if (!found) return noDatabase()
    return feed(
      found.rid,
      'DocumentCollections',
      [...found.containers.values()].map((each) => each.body()),
    )
  },
  readPartitionKeyRanges: ({ database, container }, { catalog }) => {
    const found = catalog.container(database, container)
    if (!found) return refusal(404, 'The container does not exist.')
    return { ...success(200, found.rangesBody(), requestCharge.metadataRead()), itemCount: found.ranges.length }
  },
  readOffers: (_, { catalog }) => feed('', 'Offers', catalog.containers().map(offerBody)),
  replaceOffer: ({ offerId: id, throughput }, { catalog }) => {
    const container = catalog.containers().find((each) => offerId(each) === id.toLowerCase())
    if (!container) return refusal(404, 'The offer does not exist.')
    if (!(throughput > 0)) return refusal(400, 'The throughput is not above 0.')
    container.throughput = throughput
    return success(200, offerBody(container), requestCharge.metadataWrite())
  },
}

const changing: ReadonlySet<Operation['kind']> = new Set([
  'createDatabase',
  'deleteDatabase',
  'createContainer',
  'deleteContainer',
  'replaceContainer',
  'replaceOffer',
])

/** Whether only the write region takes the operation. */
export const changesMetadata = (kind: Operation['kind']): boolean => changing.has(kind)

export function executeMetadata(operation: MetadataOperation, world: MetadataWorld): Reply {
  const handler = handlers[operation.kind] as Handler<MetadataOperation['kind']>
  const reply = handler(operation, world)
  const container =
    'container' in operation ? world.catalog.container(operation.database, operation.container) : undefined
  return container ? { ...reply, ownerRid: container.rid, ownerPath: container.path } : reply
}

const noDatabase = () => refusal(404, 'The database does not exist.')

const feed = (rid: string, name: string, members: readonly Json[]): Reply => ({
  ...success(200, { _rid: rid, [name]: members, _count: members.length }, requestCharge.metadataRead()),
  itemCount: members.length,
})
