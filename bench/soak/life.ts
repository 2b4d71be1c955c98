import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { wallClockScenario } from './scenarios.ts'
import type { World } from './world.ts'

/** What a process holds after a collection of garbage. */
export interface Holdings {
  readonly heapBytes: number
  readonly timers: number
  readonly sockets: number
}

/** All counters at one moment, by name and labels. */
export interface Figures {
  /** Middle of the request, and half of its length: the moment is no surer than that. */
  readonly atMs: number
  readonly doubtMs: number
  readonly counters: ReadonlyMap<string, number>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const patienceMs = 60_000

interface Lines {
  /** The ends of standard error and of the log. */
  text: string
  log: string
  readonly levels: Map<string, number>
}

/** One process of `hopwatch serve`, from its start to its end. */
export class Life {
  readonly #child: ChildProcess
  readonly #address: string
  readonly #lines: Lines

  private constructor(child: ChildProcess, address: string, lines: Lines) {
    this.#child = child
    this.#address = address
    this.#lines = lines
  }

  /** Resolves when it is ready, with every scenario scheduled. */
  static async begin({ folder, simulator, disk }: World, seed: number): Promise<Life> {
    const preload = fileURLToPath(new URL('preload.mjs', import.meta.url))
    const args = ['serve', '--listen', '127.0.0.1:0', '--provision', '--data-dir', disk.directory, '--grace', '2s']
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--import', preload, `${root}/src/main.ts`, ...args, '--seed', `${seed}`],
      {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          COSMOS_ENDPOINT: simulator.endpoint,
          COSMOS_KEY: simulator.key,
          NO_COLOR: '1',
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    const lines: Lines = { text: '', log: '', levels: new Map() }
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      for (const [, level = ''] of text.matchAll(/"level":"(\w+)"/g))
        lines.levels.set(level, (lines.levels.get(level) ?? 0) + 1)
      lines.log = (lines.log + text).slice(-100_000)
    })
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      lines.text = (lines.text + text).slice(-4000)
    })
    try {
      const address = await waitFor('the address', () => {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${lines.text}`)
        return /Status page\s+(http:\S+?)\/\s/.exec(lines.text)?.[1]
      })
      const life = new Life(child, address, lines)
      await waitFor('readiness', async () => (await fetch(`${address}/readyz`)).ok || undefined)
      return life
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Lines of the log at this level so far. */
  logged(level: string): number {
    return this.#lines.levels.get(level) ?? 0
  }

  hasSaid(words: string): boolean {
    return this.#lines.log.includes(`"msg":"${words}`)
  }

  async figures(): Promise<Figures> {
    const startedMs = performance.now()
    const text = await (await fetch(`${this.#address}/metrics`)).text()
    const doubtMs = (performance.now() - startedMs) / 2
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]))
    const counters = new Map<string, number>()
    for (const line of text.split('\n')) {
      const [, series, value] = /^([^#\s][^ ]*(?:\{.*\})?) (\S+)/.exec(line) ?? []
      if (series === undefined) continue
      const name = series.split('{')[0]!
      const family = types.get(name) ?? types.get(name.replace(/_(?:bucket|count|sum)$/, ''))
      if (family === 'counter' || (family === 'histogram' && !name.endsWith('_sum')))
        counters.set(series, Number(value))
    }
    return { atMs: startedMs + doubtMs, doubtMs, counters }
  }

  async isHealthy(): Promise<boolean> {
    return (await fetch(`${this.#address}/healthz`)).ok
  }

  moveWallClock(moveWallMs: number): void {
    this.#child.send({ moveWallMs })
  }

  async holdings(): Promise<Holdings> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(patienceMs) })
    this.#child.send({ tell: true })
    return (await answer)[0] as Holdings
  }

  /** Asks it to stop; the exit code, and how long it took. */
  async stop(): Promise<{ readonly code: number | null; readonly tookMs: number }> {
    const startedMs = performance.now()
    const gone = once(this.#child, 'exit', { signal: AbortSignal.timeout(patienceMs) })
    this.#child.kill('SIGTERM')
    const [code] = (await gone) as [number | null]
    return { code, tookMs: performance.now() - startedMs }
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** Of the scenarios that keep a rate: how many runs and missed ticks are counted, by scenario; and the sum by name and reason. */
export function accounted({ counters }: Figures): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const [series, value] of counters) {
    const scenario = /^hopwatch_runs_(?:total|missed_total)\{.*?scenario="([^"]+)"/.exec(series)?.[1]
    if (scenario !== undefined && scenario !== wallClockScenario && scenario !== 'passing')
      found.set(scenario, (found.get(scenario) ?? 0) + value)
  }
  return found
}

/** Sum of all series whose text matches. */
export const total = ({ counters }: Figures, pattern: RegExp): number =>
  [...counters].reduce((sum, [series, value]) => (pattern.test(series) ? sum + value : sum), 0)

async function waitFor<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const endMs = performance.now() + patienceMs
  while (performance.now() < endMs) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain for ${what}`)
}
