import type { Scenario } from '../scenario.ts'
import type { AzureCommands } from './azure-commands.ts'
import { type Diagnosis, finding } from './diagnosis.ts'
import { type ContainerLook, placeOf, type TargetLook } from './look.ts'

/** Beyond this share of a container's throughput a probe is felt by those whom it is to protect. */
const modestShare = 0.1

type Found = Extract<ContainerLook, { state: 'found' }>

/** What the scenarios that use one container will find there. */
export function diagnoseContainer(look: TargetLook, scenarios: readonly Scenario[], azure: AzureCommands): Diagnosis[] {
  const [first] = scenarios
  if (first === undefined) return []
  const place = placeOf(first.container)
  const subject = `container ${place}`
  const seen = look.containers[place]
  const confirm = [azure.container(first.container)]
  if (seen === undefined) return []
  if (seen.state === 'missing')
    return [
      finding('problem', subject, 'it does not exist', {
        means: `${namesOf(scenarios)} cannot run`,
        remedy: 'have it made, or start hopwatch with --provision (for which a data plane role does not suffice)',
        confirm: azure.makeContainer(first.container, first.partitionKey),
      }),
    ]
  if (seen.state === 'unknown')
    return [
      finding('unknown', subject, seen.reason, {
        remedy: 'a data plane role that reads metadata, such as Cosmos DB Built-in Data Contributor, suffices',
        confirm: [...confirm, azure.roles],
      }),
    ]
  return [
    ...scenarios.map((scenario) => diagnosePartitionKey(seen, scenario, subject, confirm)),
    diagnoseTtl(seen, subject, confirm),
    ...diagnoseConflicts(seen, look, scenarios, subject, confirm),
    ...diagnoseThroughput(seen, scenarios, subject, [azure.throughput(first.container), azure.requests]),
  ]
}

function diagnosePartitionKey(seen: Found, { name, partitionKey }: Scenario, subject: string, confirm: string[]) {
  const has = seen.partitionKey.join(', ') || '(none)'
  const spread =
    seen.ranges === undefined ? '' : ` over ${seen.ranges} physical ${seen.ranges === 1 ? 'range' : 'ranges'}`
  if (seen.partitionKey.join() === partitionKey.join())
    return finding('ok', subject, `its partition key is ${has}${spread}, as ${name} says`, { confirm })
  return finding('problem', subject, `its partition key is ${has}; ${name} says ${partitionKey.join(', ')}`, {
    means:
      'a token is bound to the range of its partition key value: with another path reads look in the wrong partition, and an application that makes the same mistake finds nothing, or asks every partition',
    remedy: `write "partitionKey: ${seen.partitionKey.length === 1 ? has : `[${has}]`}" in the scenario; the key of a container cannot be changed`,
    confirm,
  })
}

function diagnoseTtl({ defaultTtlSeconds: ttl }: Found, subject: string, confirm: string[]): Diagnosis {
  if (ttl !== undefined)
    return finding('ok', subject, `time to live is on (${ttl === -1 ? 'documents say how long' : `${ttl} s`})`, {
      confirm,
    })
  return finding('warning', subject, 'time to live is off', {
    means:
      'probe documents do not expire: each run deletes its own, for some 5 RU a document, and leaves them behind when it is killed',
    remedy: 'switch it on with -1, which makes no other document expire: az cosmosdb sql container update … --ttl -1',
    confirm,
  })
}

function diagnoseConflicts(
  { conflictResolution }: Found,
  { account }: TargetLook,
  scenarios: readonly Scenario[],
  subject: string,
  confirm: string[],
): Diagnosis[] {
  if (account?.multipleWriteLocations !== true) return []
  return [
    finding(
      'note',
      subject,
      `conflicting writes are settled by ${conflictResolution ?? 'a policy that it does not tell'}`,
      {
        means: `the account writes in every region: where hops of ${namesOf(scenarios)} write one document in two regions, one of the writes is dropped, whatever tokens travelled`,
        confirm,
      },
    ),
  ]
}

function diagnoseThroughput(
  { throughput }: Found,
  scenarios: readonly Scenario[],
  subject: string,
  confirm: string[],
): Diagnosis[] {
  if (throughput.kind === 'unknown')
    return [finding('unknown', subject, `its throughput: ${throughput.reason}`, { confirm })]
  if (throughput.kind === 'none')
    return [finding('note', subject, 'no throughput is provisioned, as in a serverless account', { confirm })]
  const { requestUnitsPerSecond: most, isDatabases, kind } = throughput
  const has = `${most} RU/s${kind === 'autoscale' ? ' at most (autoscale)' : ''}${isDatabases ? ', shared by its database' : ''}`
  const budgets = scenarios.map(({ budget }) => budget?.requestUnitsPerSecond)
  const bound = budgets.reduce<number>((sum, budget) => sum + (budget ?? 0), 0)
  const unbounded = scenarios.filter((_, index) => budgets[index] === undefined)
  if (unbounded.length > 0)
    return [
      finding('note', subject, `it has ${has}; no budget bounds what ${namesOf(unbounded)} spends of it`, {
        remedy:
          'give each scenario a budget, such as "budget: { requestUnits: 20/s }"; hopwatch plan tells what it needs',
        confirm,
      }),
    ]
  const share = `${Number(((bound / most) * 100).toPrecision(2))} %`
  const found = `it has ${has}; the budgets of ${namesOf(scenarios)} let ${share} of it be spent`
  if (bound <= most * modestShare) return [finding('ok', subject, found, { confirm })]
  return [
    finding('warning', subject, found, {
      means: 'probes may throttle the traffic that they are to protect (429)',
      remedy: 'lower the budgets, or run the scenarios less often; hopwatch plan tells what they need',
      confirm,
    }),
  ]
}

const namesOf = (scenarios: readonly Scenario[]): string => scenarios.map(({ name }) => name).join(', ')
