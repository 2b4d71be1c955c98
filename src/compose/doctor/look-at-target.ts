import type { Clock } from '../../base/clock.ts'
import type { Releases } from '../../base/release.ts'
import type { AccountEvidence } from '../../cosmos/account-evidence.ts'
import { createInspector, type Inspector } from '../../cosmos/inspection.ts'
import { createTarget, type TargetOptions, TargetProblem } from '../../cosmos/target.ts'
import { type ClockOffset, type ClockSample, clockOffset } from '../../domain/doctor/clock-offset.ts'
import { type ContainerLook, placeOf, type TargetLook } from '../../domain/doctor/look.ts'
import type { Scenario } from '../../domain/scenario.ts'
import { type ProbeRead, probeReads } from './probe-reads.ts'

export interface TargetSeen {
  readonly look: TargetLook
  /** What the probe reads showed on the wire. */
  readonly reads: readonly ProbeRead[]
}

const clockSamples = 5
/** No divisor of a second, so that the samples see it at different places. */
const betweenSamplesMs = 137

/** Looks at one account and at the containers of the scenarios. Rejects with `TargetProblem` only where its options cannot be right. */
export async function lookAtTarget(
  options: TargetOptions & { readonly name: string },
  scenarios: readonly Scenario[],
  clock: Clock,
  releases: Releases,
  onStep: (step: string) => void,
): Promise<TargetSeen> {
  const { name } = options
  const inspector = createInspector(options, clock)
  releases.add(`inspector ${name}`, async () => inspector.close())
  onStep(`${name}: the account`)
  const account = await inspector.account().catch(asProblem)
  onStep(`${name}: the clock`)
  const offset = await clockOf(inspector, clock, account instanceof TargetProblem ? 1 : clockSamples)
  const endpoint = inspector.endpoint.origin
  if (account instanceof TargetProblem) return { look: unreached(name, endpoint, account, offset), reads: [] }

  const containers: Record<string, ContainerLook> = {}
  for (const { container } of scenarios) {
    onStep(`${name}: container ${placeOf(container)}`)
    containers[placeOf(container)] ??= await inspector.container(container)
  }
  // Where the container may not be looked at, its items may be readable all the same.
  const probed = scenarios.find(({ container }) => containers[placeOf(container)]?.state !== 'missing')
  const seen = containers[probed === undefined ? '' : placeOf(probed.container)]
  onStep(`${name}: a few reads in each region`)
  const { latencies, session, reads } =
    probed === undefined
      ? {
          latencies: [],
          reads: [],
          session: {
            state: 'unknown',
            reason:
              scenarios.length === 0
                ? 'no scenario names a container of this account to read from'
                : 'there is no container to read from',
          } as const,
        }
      : await probe(
          options,
          { ...probed, ...(seen?.state === 'found' && { partitionKey: seen.partitionKey }) },
          account,
          clock,
          releases,
        )
  const { consistency, writeRegions, readRegions, multipleWriteLocations } = account
  const look = {
    name,
    endpoint,
    account: { consistency, writeRegions, readRegions, multipleWriteLocations },
    unreached: undefined,
    clock: offset,
    containers,
    latencies,
    session,
  }
  return { look, reads }
}

async function probe(
  options: TargetOptions,
  scenario: Scenario,
  { readRegions, writeRegions }: AccountEvidence,
  clock: Clock,
  releases: Releases,
) {
  const target = createTarget(options, { clock })
  releases.add(`target ${options.name}`, () => target.close())
  // What a write region answers about tokens is the last word.
  const regions = [...new Set([...writeRegions, ...readRegions])]
  return probeReads(target, scenario, regions.length === 0 ? [undefined] : regions)
}

async function clockOf(inspector: Inspector, clock: Clock, count: number): Promise<ClockOffset | undefined> {
  const samples: ClockSample[] = []
  for (let taken = 0; taken < count; taken++) {
    if (taken > 0) await clock.sleep(betweenSamplesMs)
    const sample = await inspector.sampleClock()
    if (sample) samples.push(sample)
  }
  return clockOffset(samples)
}

function unreached(
  name: string,
  endpoint: string,
  { kind, message, remedy }: TargetProblem,
  clock: ClockOffset | undefined,
): TargetLook {
  return {
    name,
    endpoint,
    account: undefined,
    unreached: { kind, message, remedy },
    clock,
    containers: {},
    latencies: [],
    session: { state: 'unknown', reason: 'the account was not reached' },
  }
}

function asProblem(error: unknown): TargetProblem {
  if (error instanceof TargetProblem) return error
  throw error
}
