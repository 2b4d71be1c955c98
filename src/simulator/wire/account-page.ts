import type { ConsistencyLevel } from '../../protocol/consistency-level.ts'
import type { RegionStatus } from '../account.ts'
import type { Json } from '../operation.ts'

/** What `GET /` says apart from the regions' present state. */
export interface AccountFacts {
  /** Never `localhost`: the SDK then ignores the regions. */
  readonly id: string
  readonly consistency: ConsistencyLevel
  readonly boundedStaleness: { readonly maxVersions: number; readonly maxIntervalMs: number }
  readonly multipleWriteLocations: boolean
  /** Region name → its endpoint. */
  readonly endpoints: Readonly<Record<string, string>>
}

/** The body of `GET /`: where to read and where to write. An offline region is not announced; a removed one is for a while. */
export function accountPage(facts: AccountFacts, regions: readonly RegionStatus[]): Json {
  const announced = regions.filter(({ state }) => state === 'online' || state === 'removed')
  const location = (region: RegionStatus) => ({
    name: region.name,
    databaseAccountEndpoint: facts.endpoints[region.name]!,
  })
  return {
    _self: '',
    id: facts.id,
    _rid: `${facts.id}.sql.cosmos`,
    media: '//media/',
    addresses: '//addresses/',
    _dbs: '//dbs/',
    writableLocations: announced.filter((region) => region.writable).map(location),
    readableLocations: announced.map(location),
    enableMultipleWriteLocations: facts.multipleWriteLocations,
    continuousBackupEnabled: false,
    enablePerPartitionFailoverBehavior: false,
    userReplicationPolicy: { asyncReplication: false, minReplicaSetSize: 3, maxReplicasetSize: 4 },
    userConsistencyPolicy: {
      defaultConsistencyLevel: facts.consistency,
      maxStalenessPrefix: facts.boundedStaleness.maxVersions,
      maxStalenessIntervalInSeconds: Math.ceil(facts.boundedStaleness.maxIntervalMs / 1000),
    },
    systemReplicationPolicy: { minReplicaSetSize: 3, maxReplicasetSize: 4 },
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
    queryEngineConfiguration,
  }
}

/** A JSON text within JSON, as the gateway sends it; only .NET reads it. */
const queryEngineConfiguration = JSON.stringify({
  maxSqlQueryInputLength: 262144,
  maxJoinsPerSqlQuery: 10,
  maxLogicalAndPerSqlQuery: 2000,
  maxLogicalOrPerSqlQuery: 2000,
  maxUdfRefPerSqlQuery: 10,
  maxInExpressionItemsCount: 16000,
  queryMaxInMemorySortDocumentCount: 500,
  maxQueryRequestTimeoutFraction: 0.9,
  sqlAllowNonFiniteNumbers: false,
  sqlAllowAggregateFunctions: true,
  sqlAllowSubQuery: true,
  sqlAllowScalarSubQuery: true,
  allowNewKeywords: true,
  sqlAllowLike: true,
  sqlAllowGroupByClause: true,
  maxSpatialQueryCells: 12,
  spatialMaxGeometryPointCount: 256,
  sqlAllowTop: true,
  enableSpatialIndexing: true,
})
