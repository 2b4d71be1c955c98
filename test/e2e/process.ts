import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const root = fileURLToPath(new URL('../../', import.meta.url))
const pinnedNode = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
/** The Node that the package pins, else the one that runs the tests. */
export const node = existsSync(pinnedNode) ? pinnedNode : process.execPath

/** Generous, because the machine may be busy: it only bounds how long a failure takes. */
const patienceMs = 45_000

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A real process and everything that it has printed. */
export interface Running {
  readonly child: ChildProcess
  /** Standard output and standard error so far. */
  readonly printed: { stdout: string; stderr: string }
  readonly ended: Promise<Ended>
  signal(name: NodeJS.Signals): void
  /** Resolves with the match when either stream shows it; rejects, with what was printed, when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
}

/** Anything inherited could turn a test to somebody's account. */
const cleanEnvironment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(HOPWATCH|COSMOS|AZURE|OTEL|VITEST|NODE|GITHUB)_|^NODE_ENV$/.test(name),
    ),
  )

export interface LaunchOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Starts a Node program; whoever starts it ends it with `stop`. */
export function launch(script: string, args: readonly string[], { env = {}, cwd = root }: LaunchOptions = {}): Running {
  const child = spawn(node, [script, ...args], {
    cwd,
    env: { ...cleanEnvironment(), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text
  })
  let end: Ended | undefined
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      end = { code, signal }
      resolve(end)
    })
  })
  const says = async (pattern: RegExp) => {
    const found = await until(`"${pattern.source}" from ${args.join(' ')}`, () => {
      const match = pattern.exec(printed.stdout) ?? pattern.exec(printed.stderr)
      if (match) return match
      if (end) throw new Error(`ended with ${end.code ?? end.signal} before it said ${pattern}: ${show(printed)}`)
      return undefined
    }).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : ''}\n${show(printed)}`)
    })
    return found
  }
  return { child, printed, ended, says, signal: (name) => void child.kill(name) }
}

const show = ({ stdout, stderr }: Running['printed']) =>
  `stdout: ${stdout.slice(-2000)}\nstderr: ${stderr.slice(-2000)}`

/** Ends a process that may have ended already, and waits for it. */
export async function stop({ child, ended }: Running): Promise<void> {
  child.kill('SIGKILL')
  await ended
}

export const hopwatch = (args: readonly string[], options?: LaunchOptions): Running =>
  launch(join(root, 'src/main.ts'), args, options)

/** Starts hopwatch for the length of the present test. */
export function startHopwatch(args: readonly string[], options?: LaunchOptions): Running {
  const running = hopwatch(args, options)
  onTestFinished(() => stop(running))
  return running
}

/** Runs hopwatch to its end. */
export async function runHopwatch(
  args: readonly string[],
  options?: LaunchOptions,
): Promise<Ended & { stdout: string; stderr: string }> {
  const running = startHopwatch(args, options)
  return { ...(await running.ended), ...running.printed }
}

/** Asks again until the answer is neither undefined nor false. An error of `ask` ends the wait. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = patienceMs,
) {
  const endMs = performance.now() + withinMs
  while (performance.now() < endMs) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited ${withinMs} ms in vain for ${what}`)
}

/** A directory that whoever made it removes with `removeFolder`. */
export const makeSuiteFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'hopwatch-'))

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })

/** A directory for the length of the present test, or until whatever `atTheEnd` waits for. */
export async function makeFolder(atTheEnd: (clean: () => Promise<void>) => void = onTestFinished): Promise<string> {
  const folder = await makeSuiteFolder()
  atTheEnd(() => removeFolder(folder))
  return folder
}
