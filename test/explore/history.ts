import { createHash } from 'node:crypto'
import { exploreWorld } from '../../src/explore/explore.ts'
import { WireToken } from '../../src/protocol/wire-token.ts'

/** Everything that happened in the first runs of some worlds, tokens included, to the byte. */
export async function digestOfHistory(seed: string, worlds: number, runs: number): Promise<string> {
  const hash = createHash('sha256')
  for (let world = 0; world < worlds; world++) {
    await exploreWorld(`${seed}/${world}`, runs, ({ run, tell }) => {
      hash.update(JSON.stringify(run, spelledOut)).update(tell())
    })
  }
  return hash.digest('hex')
}

/** JSON.stringify hides a token behind its size, which two different tokens can share. */
function spelledOut(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const whole = this[key]
  return whole instanceof WireToken ? whole.reveal() : value
}

if (process.argv[1] === import.meta.filename) {
  const [seed, worlds, runs] = process.argv.slice(2)
  process.stdout.write(await digestOfHistory(seed!, Number(worlds), Number(runs)))
}
