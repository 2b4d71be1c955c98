import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

export interface Redis {
  readonly url: string
  readonly port: number
  /** Starts it, or starts it again, and waits until it takes connections. */
  start(): Promise<void>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Keeps its connections and answers nothing. */
  freeze(): void
  thaw(): void
}

/** A real Redis server of the test's own: loopback, a port and a directory of its own, nothing saved. */
export async function redisServer(password?: string): Promise<Redis> {
  const directory = await mkdtemp(join(tmpdir(), 'hopwatch-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  onTestFinished(async () => {
    await kill()
    await rm(directory, { recursive: true, force: true })
  })
  const redis: Redis = {
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    port,
    async start() {
      const secret = password === undefined ? [] : ['--requirepass', password]
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', ...secret]
      child = spawn('redis-server', args, { stdio: 'ignore' })
      for (;;) if (await answers(port)) return
    },
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  }
  await redis.start()
  return redis
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return false
  } finally {
    socket.destroy()
  }
}
