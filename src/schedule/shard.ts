import { createHash } from 'node:crypto'

/** Which part of the scenarios a process runs. */
export interface Shard {
  /** 0 … `count` - 1, as Kubernetes numbers the pods of a StatefulSet. */
  readonly index: number
  readonly count: number
}

/**
 * The shard that runs a scenario: the one of the highest score (rendezvous hashing; Thaler and Ravishankar, 1998). Every process
 * comes to the same answer alone, and a further shard takes its own share and moves nothing between the others. The scores
 * are fixed for ever: another function would move almost every scenario at an upgrade.
 */
export function shardOf(scenario: string, count: number): number {
  let best = 0
  let highest = -1n
  for (let index = 0; index < count; index++) {
    const score = createHash('sha256').update(`${index}/${scenario}`).digest().readBigUInt64BE()
    if (score <= highest) continue
    best = index
    highest = score
  }
  return best
}

export const isOnShard = (scenario: string, { index, count }: Shard): boolean => shardOf(scenario, count) === index

/** `1/3` */
export const printShard = ({ index, count }: Shard): string => `${index}/${count}`

const mostShards = 1000

/**
 * `1/3`, or `auto/3` for the number at the end of the host's name, which is how a StatefulSet names its pods (`hopwatch-1`). What is
 * wrong, for people, when it is neither.
 */
export function parseShard(text: string, hostname: string): Shard | { readonly problem: string } {
  const [, written, of] = /^(\d{1,4}|auto)\/(\d{1,4})$/.exec(text) ?? []
  const count = Number(of)
  if (written === undefined || count < 1 || count > mostShards)
    return {
      problem: `Write the shard's number and how many there are, such as 0/3, or auto/3; ${mostShards} at most.`,
    }
  const ordinal = written === 'auto' ? /-(\d{1,4})$/.exec(hostname.split('.')[0] ?? '')?.[1] : written
  if (ordinal === undefined)
    return {
      problem: `The name of this host, ${hostname}, does not end in a number as hopwatch-0 does. Write 0/${count}.`,
    }
  const index = Number(ordinal)
  if (index < count) return { index, count }
  const whose = written === 'auto' ? `The host is named ${hostname}, but the` : 'The'
  return { problem: `${whose} shards of ${count} are numbered 0 to ${count - 1}.` }
}
