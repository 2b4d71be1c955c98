import { formatDuration } from '../base/duration.ts'
import type { Service } from '../compose/serve.ts'
import { type HopDeclaration, needsTarget, regionLabel, type Scenario } from '../domain/scenario.ts'
import { isOnShard, printShard, type Shard } from '../schedule/shard.ts'
import { table } from './table.ts'
import { version } from './version.ts'

/** What runs, where, and where to look. On standard error, so that standard output stays JSON lines. */
export function welcome(
  { address, simulatedRegions }: Pick<Service, 'address' | 'simulatedRegions'>,
  all: readonly Scenario[],
  shard: Shard | undefined,
): string {
  const scenarios = shard ? all.filter(({ name }) => isOnShard(name, shard)) : all
  const where = simulatedRegions
    ? `the embedded simulator (${simulatedRegions.join(', ')}; writes go to the first)`
    : whereOf(all)
  const rows = scenarios.map((scenario) => [
    `  ${scenario.name}`,
    when(scenario),
    scenario.hops.map(hopText).join(', '),
  ])
  const others = all.length - scenarios.length
  const part = shard && `Shard ${printShard(shard)}: ${journeys(others)} more on the others.\n\n`
  const list = rows.length > 0 ? `${table(['  journey', 'when', 'hops'], rows, 3)}\n\n` : ''
  return (
    `hopwatch ${version}: ${journeys(scenarios.length)} against ${where}\n\n${list}${part ?? ''}` +
    `Status page  ${address}/\nMetrics      ${address}/metrics\nStop with Ctrl-C.\n\n`
  )
}

const journeys = (count: number): string => `${count} ${count === 1 ? 'journey' : 'journeys'}`

function whereOf(scenarios: readonly Scenario[]): string {
  const targets = scenarios.filter(needsTarget).map(({ target }) => `target ${target}`)
  const services = scenarios.flatMap(({ hops }) => hops.flatMap(({ endpoint = [] }) => endpoint))
  return [...new Set([...targets, ...services])].join(', ')
}

const when = ({ schedule }: Scenario) =>
  schedule.kind === 'every' ? `every ${formatDuration(schedule.periodMs)}` : `cron ${schedule.expression}`

const hopText = (hop: HopDeclaration) => `${hop.name} (${hop.endpoint ?? regionLabel(hop)})`
