import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Child {
  /** What the awaited line held. */
  readonly said: RegExpExecArray
  stop(): Promise<void>
}

/** Long enough for a busy machine; it only bounds how long a failure takes. */
const patienceMs = 60_000

/** Starts a program and waits until it says what shows that it is ready. Rejects with its last words. */
export async function startChild(
  command: string,
  args: readonly string[],
  ready: RegExp,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Child> {
  // A group of its own, so that Ctrl-C reaches it once, from here.
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true })
  const ended = once(child, 'close')
  // Also where somebody ends us before whoever started it could.
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('close', () => process.off('exit', kill))
  let text = ''
  let said: RegExpExecArray | null = null
  const told = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        // What it says later is read and let go, or it would wait for a reader.
        if (said !== null) return
        text += chunk
        said = ready.exec(text)
        if (said !== null) resolve()
      })
    }
  })
  const gaveUp = new AbortController()
  await Promise.race([told, ended, sleep(patienceMs, undefined, { signal: gaveUp.signal }).catch(() => {})])
  gaveUp.abort()
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  }
  if (said === null) {
    await stop()
    throw new Error(`${command} did not become ready:\n${text.slice(-2000)}`)
  }
  return { said, stop }
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
