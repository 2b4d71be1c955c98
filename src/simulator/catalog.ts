import { Container } from './container.ts'
import type { ContainerDefinition, Json } from './operation.ts'
import type { ReplicationWorld } from './replication.ts'
import { resourceBytes, resourceId } from './resource-id.ts'

export interface Database {
  readonly id: string
  readonly rid: string
  readonly createdAtSecond: number
  readonly containers: Map<string, Container>
}

/** Databases, containers and their offers. Unlike items they have one state, the same in every region at once. */
export class Catalog {
  readonly #world: ReplicationWorld
  readonly #ranges: number
  readonly #databases = new Map<string, Database>()
  #databaseNumber = 0
  #containerNumber = 0

  constructor(world: ReplicationWorld, ranges: number) {
    this.#world = world
    this.#ranges = ranges
  }

  databases(): Database[] {
    return [...this.#databases.values()]
  }

  database(id: string): Database | undefined {
    return this.#databases.get(id)
  }

  container(database: string, id: string): Container | undefined {
    return this.#databases.get(database)?.containers.get(id)
  }

  containers(): Container[] {
    return this.databases().flatMap((database) => [...database.containers.values()])
  }

  createDatabase(id: string, second: number): Database {
    const rid = resourceId(++this.#databaseNumber)
    const database = { id, rid, createdAtSecond: second, containers: new Map<string, Container>() }
    this.#databases.set(id, database)
    return database
  }

  deleteDatabase(id: string): void {
    this.#databases.delete(id)
  }

  /** Always under a new resource id, also when a container of this name was there before. */
  createContainer(database: Database, definition: ContainerDefinition, throughput: number, second: number): Container {
    const databaseNumber = resourceBytes(database.rid).readUInt32BE(0)
    // The high bit tells a container's number from a database's, as on the service.
    const rid = resourceId(databaseNumber, (0x8000_0000 + ++this.#containerNumber) >>> 0)
    const container = new Container(
      this.#world,
      { databaseRid: database.rid, rid, path: `dbs/${database.id}/colls/${definition.id}`, createdAtSecond: second },
      definition,
      { ranges: this.#ranges, throughput },
    )
    database.containers.set(definition.id, container)
    return container
  }
}

export const databaseBody = (database: Database): Json => ({
  id: database.id,
  _rid: database.rid,
  _ts: database.createdAtSecond,
  _self: `dbs/${database.rid}/`,
  _etag: `"${database.rid}"`,
  _colls: 'colls/',
  _users: 'users/',
})

/** Lower case, because clients sign the id in lower case and some send it so. */
export const offerId = (container: Container): string => resourceBytes(container.rid).toString('hex').slice(-8)

export const offerBody = (container: Container): Json => ({
  id: offerId(container),
  _rid: offerId(container),
  _self: `offers/${offerId(container)}/`,
  _etag: `"${container.rid}-${container.throughput}"`,
  _ts: container.createdAtSecond,
  offerVersion: 'V2',
  offerType: 'Invalid',
  resource: container.self,
  offerResourceId: container.rid,
  content: { offerThroughput: container.throughput, offerIsRUPerMinuteThroughputEnabled: false },
})
