import { startChild } from './child.ts'
import { readerRegion, writerRegion } from './journey-question.ts'
import type { SimulatorAnswer, SimulatorQuestion } from './processes/simulator.ts'

/** The simulator, in a process of its own, as the journeys of the bench find it: replication at once, and no end to its throughput. */
export async function startJourneyAccount(): Promise<{ endpoint: string; key: string; end(): void }> {
  const simulator = await startChild<SimulatorQuestion, SimulatorAnswer>('simulator')
  const { address } = await simulator.ask({
    kind: 'start',
    options: {
      regions: [writerRegion, readerRegion],
      replication: { fixedMs: 0 },
      replicaLag: { fixedMs: 0 },
      throughput: 10_000_000,
      seed: 'bench',
    },
  })
  return { ...address!, end: () => simulator.end() }
}
