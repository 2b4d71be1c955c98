import type { ContainerDefinition, CosmosClient } from '@azure/cosmos'
import { azureCommands } from '../domain/doctor/azure-commands.ts'
import { explainFailure, statusOf } from './explain.ts'
import { ownFields, partitionKeyDefinition, segmentsOf } from './stored-document.ts'
import { TargetProblem } from './target-problem.ts'

/** The container that a scenario needs. */
export interface ContainerNeed {
  readonly database: string
  readonly container: string
  /** Paths, one a level. */
  readonly partitionKey: readonly string[]
}

export interface ProvisionOptions {
  /** Whether a missing database and container may be made. */
  readonly provision: boolean
}

export interface ContainerEvidence {
  readonly wasCreated: boolean
  /** Off, a document's own time to live does nothing: probe documents must be deleted after their run. */
  readonly ttlIsOn: boolean
  /** Seconds; -1: no document expires unless it says so; undefined: off. */
  readonly defaultTtlSeconds: number | undefined
}

/**
 * Finds the container and compares its partition key, or makes it with time to live on. The throughput of a new container
 * is the service's default. Rejects with `TargetProblem`.
 */
export async function ensureContainer(
  client: CosmosClient,
  endpoint: URL,
  need: ContainerNeed,
  { provision }: ProvisionOptions,
): Promise<ContainerEvidence> {
  checkPaths(need)
  try {
    const found = await readContainer(client, need)
    if (found) return evidenceOf(found, need, false)
    if (!provision) throw missing(need, endpoint)
    await ignoringConflict(client.databases.create({ id: need.database }))
    await ignoringConflict(
      client.database(need.database).containers.create({
        id: need.container,
        partitionKey: partitionKeyDefinition(need.partitionKey),
        defaultTtl: -1,
      }),
    )
    const made = await readContainer(client, need)
    if (!made) throw new Error('the container is not there after it was created')
    return evidenceOf(made, need, true)
  } catch (error) {
    throw withCommands(explainFailure(error, `preparing container ${placeOf(need)}`, endpoint), need, endpoint)
  }
}

async function readContainer(client: CosmosClient, need: ContainerNeed): Promise<ContainerDefinition | undefined> {
  try {
    return (await client.database(need.database).container(need.container).read()).resource
  } catch (error) {
    if (statusOf(error).status === 404) return undefined
    throw error
  }
}

/** Another process, or another scenario, may have been faster. */
async function ignoringConflict(creation: Promise<unknown>): Promise<void> {
  try {
    await creation
  } catch (error) {
    if (statusOf(error).status !== 409) throw error
  }
}

function evidenceOf(found: ContainerDefinition, need: ContainerNeed, wasCreated: boolean): ContainerEvidence {
  const paths = found.partitionKey?.paths ?? []
  if (paths.join() !== need.partitionKey.join()) {
    throw new TargetProblem(
      'misconfigured',
      `container ${placeOf(need)} has the partition key ${paths.join(', ') || '(none)'}, not ${need.partitionKey.join(', ')}`,
      "write the container's own partition key in the scenario, or choose another container: a partition key cannot be changed",
    )
  }
  return { wasCreated, ttlIsOn: found.defaultTtl !== undefined, defaultTtlSeconds: found.defaultTtl }
}

/** A value that hopwatch writes by itself cannot at the same time be the partition key. */
function checkPaths(need: ContainerNeed): void {
  const taken = need.partitionKey.find((path) => ownFields.some((field) => field === segmentsOf(path)[0]))
  if (taken === undefined) return
  throw new TargetProblem(
    'misconfigured',
    `container ${placeOf(need)} has the partition key ${taken}, which is a field of the probe documents (${ownFields.join(', ')})`,
    'choose a container with another partition key',
  )
}

function missing(need: ContainerNeed, endpoint: URL): TargetProblem {
  return new TargetProblem(
    'misconfigured',
    `container ${placeOf(need)} does not exist`,
    `let hopwatch make it (--provision), or make it yourself:\n${commandsFor(need, endpoint)}`,
  )
}

/** Who may not create is told what an administrator would type. */
function withCommands(problem: TargetProblem, need: ContainerNeed, endpoint: URL): TargetProblem {
  if (problem.kind !== 'refused' || !problem.message.includes(': 403')) return problem
  const remedy = `${problem.remedy}; or have the container made:\n${commandsFor(need, endpoint)}`
  return new TargetProblem(problem.kind, problem.message, remedy, problem.attempts)
}

const commandsFor = (need: ContainerNeed, endpoint: URL): string =>
  azureCommands(endpoint).makeContainer(need, need.partitionKey).join('\n')

const placeOf = ({ database, container }: ContainerNeed): string => `${database}/${container}`
