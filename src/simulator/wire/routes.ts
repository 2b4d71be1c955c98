import type { Operation, Reply } from '../operation.ts'
import { notImplemented, refusal } from './errors.ts'
import { narrowToOffer, narrowToResource } from './offers.ts'
import { parseBatch, parseBulk } from './parse-batch.ts'
import {
  parseCreateItem,
  parseDeleteItem,
  parsePatchItem,
  parseReadItem,
  parseReplaceItem,
  parseUpsertItem,
} from './parse-item.ts'
import { parseQueryItems, parseQueryText, parseReadChanges, parseReadFeed, type QueryText } from './parse-query.ts'
import {
  parseContainer,
  parseCreateContainer,
  parseCreateDatabase,
  parseDatabase,
  parseListContainers,
  parseListDatabases,
  parseReadOffers,
  parseReplaceContainer,
  parseReplaceOffer,
} from './parse-resource.ts'
import type { ResourcePath } from './path.ts'
import type { WireRequest } from './request.ts'
import type { Verb } from './verb.ts'

/** What answers a request: the core through an operation, the query planner, the account's own page, or a refusal. */
export type Route =
  | {
      readonly kind: 'operation'
      readonly parse: (request: WireRequest) => Operation
      /** Cuts the reply down to what was asked, where the operation answers more. */
      readonly narrow?: (reply: Reply, request: WireRequest) => Reply
    }
  | { readonly kind: 'queryPlan'; readonly parse: (body: string) => QueryText }
  | { readonly kind: 'account' }
  | { readonly kind: 'refused'; readonly reply: Reply }

const operation = (
  parse: (request: WireRequest) => Operation,
  narrow?: (reply: Reply, request: WireRequest) => Reply,
): Route => ({ kind: 'operation', parse, ...(narrow && { narrow }) })

const unsupported = (feature: string): Route => ({ kind: 'refused', reply: notImplemented(feature) })

/** The table of contents of the wire: path shape × verb. */
const table: Readonly<Record<string, { readonly [V in Verb]?: Route }>> = {
  '': { GET: { kind: 'account' } },
  dbs: {
    GET: operation(parseListDatabases),
    POST: operation(parseCreateDatabase),
    POST_QUERY: unsupported('queries over databases'),
  },
  'dbs/:': {
    GET: operation(parseDatabase('readDatabase')),
    DELETE: operation(parseDatabase('deleteDatabase')),
  },
  'dbs/:/colls': {
    GET: operation(parseListContainers),
    POST: operation(parseCreateContainer),
    POST_QUERY: unsupported('queries over containers'),
  },
  'dbs/:/colls/:': {
    GET: operation(parseContainer('readContainer')),
    PUT: operation(parseReplaceContainer),
    DELETE: operation(parseContainer('deleteContainer')),
  },
  'dbs/:/colls/:/pkranges': {
    GET: operation(parseContainer('readPartitionKeyRanges')),
    POST_QUERY: unsupported('queries over partition key ranges'),
  },
  'dbs/:/colls/:/docs': {
    GET: operation(parseReadFeed),
    GET_CHANGES: operation(parseReadChanges),
    POST: operation(parseCreateItem),
    POST_UPSERT: operation(parseUpsertItem),
    POST_QUERY: operation(parseQueryItems),
    POST_QUERY_PLAN: { kind: 'queryPlan', parse: parseQueryText },
    POST_BATCH: operation(parseBatch),
    POST_BULK: operation(parseBulk),
  },
  'dbs/:/colls/:/docs/:': {
    GET: operation(parseReadItem),
    PUT: operation(parseReplaceItem),
    PATCH: operation(parsePatchItem),
    DELETE: operation(parseDeleteItem),
  },
  offers: {
    GET: operation(parseReadOffers),
    POST_QUERY: operation(parseReadOffers, narrowToResource),
  },
  'offers/:': {
    GET: operation(parseReadOffers, narrowToOffer),
    PUT: operation(parseReplaceOffer),
  },
}

/** A map, because a client chooses the key: `constructor` must find nothing. */
const routes = new Map(Object.entries(table))

/** Resource types that exist on Azure and not here. */
const unsupportedTypes = new Map(
  Object.entries({
    sprocs: 'stored procedures',
    triggers: 'triggers',
    udfs: 'user-defined functions',
    users: 'users',
    permissions: 'permissions',
    conflicts: 'the conflicts feed',
    attachments: 'attachments',
    clientencryptionkeys: 'client-side encryption keys',
    partitionkeydelete: 'deletion by partition key',
    operations: 'operations on a whole partition key',
    schemas: 'schemas',
    topology: 'the topology feed',
    media: 'media',
  }),
)

/** The route of a request; an unknown path is 404, a known one with another method 405, and a feature left out 501. */
export function findRoute(path: ResourcePath, verb: Verb | undefined): Route {
  const row = routes.get(path.shape)
  const route = row !== undefined && verb !== undefined ? row[verb] : undefined
  if (route !== undefined) return route
  for (const type of path.shape.split('/')) {
    const feature = unsupportedTypes.get(type)
    if (feature !== undefined) return unsupported(feature)
  }
  return row === undefined ? noSuchPath : noSuchMethod
}

const noSuchPath: Route = {
  kind: 'refused',
  reply: refusal(404, 'There is no such resource type. The simulator serves dbs, colls, docs, pkranges and offers.'),
}
const noSuchMethod: Route = { kind: 'refused', reply: refusal(405, 'This resource does not support that method.') }
