import { integerBelow, pick, type Random } from '../base/random.ts'
import {
  type Arm,
  type HopDeclaration,
  type Polling,
  readKinds,
  type Step,
  type WriteKind,
} from '../domain/scenario.ts'

export interface StepSurroundings {
  readonly hops: readonly HopDeclaration[]
  /** Where the user is. */
  readonly here: string
  /** The writes that a document in its middle age can take. */
  readonly writes: readonly WriteKind[]
  readonly carry: (from: string, to: string) => Step
}

/** The rarer steps: waits, polls, new clients, time offline, lost answers, branches. */
export function otherSteps(random: Random, of: StepSurroundings): Step[] {
  const { here, writes } = of
  const at = random.next() < 0.8 ? here : pick(random, of.hops).name
  const roll = random.next()
  if (roll < 0.25) return [randomWait(random)]
  if (roll < 0.45) return [{ kind: 'poll', at, ...randomPolling(random) }]
  if (roll < 0.6) {
    const begin: Step = { kind: 'reconnect', at }
    return random.next() < 0.5 ? [begin] : [of.carry(at, at), begin]
  }
  if (roll < 0.7) return [{ kind: 'write', write: pick(random, writes), at, losesResponse: true }]
  if (roll < 0.8) {
    const buffered = Array.from({ length: 1 + integerBelow(random, 3) }, () => pick(random, writes))
    return [{ kind: 'offline', at, sweepMs: [pick(random, [0, 50, 500])], writes: buffered }]
  }
  return [{ kind: 'parallel', branches: randomBranches(random, of) }]
}

const randomWait = (random: Random): Step => ({ kind: 'wait', sweepMs: [pick(random, [0, 1, 10, 40, 200])] })

const randomPolling = (random: Random): Polling => ({
  read: pick(random, ['query', 'cross-partition-query']),
  everyMs: pick(random, [50, 200]),
  withinMs: pick(random, [0, 100, 500]),
})

/** The first branch writes, the others only read: here or where they carry the token to, together with the writer or apart. */
function randomBranches(random: Random, { hops, here, writes, carry }: StepSurroundings): Step[][] {
  const anywhere = () => pick(random, hops).name
  const readAt = (at: string): Step => ({ kind: 'read', read: pick(random, readKinds), at })
  return Array.from({ length: 2 + integerBelow(random, 2) }, (_, branch) => {
    const steps: Step[] = []
    let at = random.next() < 0.5 ? here : anywhere()
    for (let step = 1 + integerBelow(random, 3); step > 0; step--) {
      const roll = random.next()
      if (branch === 0 && roll < 0.4) steps.push({ kind: 'write', write: pick(random, writes), at })
      else if (roll < 0.6) {
        const to = pick(
          random,
          hops.map(({ name }) => name).filter((name) => name !== at),
        )
        steps.push(carry(at, to))
        at = to
      } else if (roll < 0.75) steps.push(randomWait(random))
      else if (roll < 0.8) steps.push({ kind: 'reconnect', at })
      else steps.push(readAt(at))
    }
    return [...steps, readAt(at)]
  })
}

/** Shares that add up to 1; a workaround of either kind in every other world. */
export function randomArms(random: Random): Arm[] {
  const workaround: Arm = {
    name: 'workaround',
    share: 0.1,
    token: 'lost',
    instead:
      random.next() < 0.5
        ? { kind: 'poll', ...randomPolling(random) }
        : { kind: 'consistency', level: pick(random, ['Strong', 'BoundedStaleness', 'Session', 'Eventual']) },
  }
  const others: Arm[] = [
    { name: 'control', share: 0.25, token: 'lost' },
    { name: 'canary', share: 0.15, token: 'unsatisfiable' },
    ...(random.next() < 0.5 ? [workaround] : []),
  ]
  return [
    { name: 'propagated', share: 1 - others.reduce((sum, arm) => sum + arm.share, 0), token: 'carried' },
    ...others,
  ]
}
