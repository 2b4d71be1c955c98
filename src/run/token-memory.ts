import type { WireToken } from '../protocol/wire-token.ts'

const remembered = 16

/** The last write tokens of each partition of a scenario: what the faults `older` and `swapped` deliver instead. */
export class TokenMemory {
  readonly #byPartition = new Map<number, WireToken[]>()

  remember(partition: number, token: WireToken): void {
    const tokens = this.#byPartition.get(partition) ?? []
    tokens.push(token)
    if (tokens.length > remembered) tokens.shift()
    this.#byPartition.set(partition, tokens)
  }

  /** The token of `writesBack` writes before the latest one; undefined until there were so many. */
  older(partition: number, writesBack: number): WireToken | undefined {
    return this.#byPartition.get(partition)?.at(-1 - writesBack)
  }

  /** Another partition's latest token, of another partition key range where there is one. */
  swapped(partition: number): WireToken | undefined {
    const ownRange = this.#byPartition.get(partition)?.at(-1)?.parsed?.rangeIds[0]
    let anyOther: WireToken | undefined
    for (const [other, tokens] of this.#byPartition) {
      const token = tokens.at(-1)
      if (other === partition || token === undefined) continue
      if (token.parsed?.rangeIds[0] !== ownRange) return token
      anyOther ??= token
    }
    return anyOther
  }

  /** The next partition's latest token, whatever its range: what a server-wide variable holds when another user was served. */
  otherUsers(partition: number): WireToken | undefined {
    const others = [...this.#byPartition.keys()].filter((other) => other !== partition).toSorted((a, b) => a - b)
    const next = others.find((other) => other > partition) ?? others[0]
    return next === undefined ? undefined : this.#byPartition.get(next)?.at(-1)
  }
}
