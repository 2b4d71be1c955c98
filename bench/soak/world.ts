import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '../../src/simulator/start.ts'
import { scenarios } from './scenarios.ts'

/** A store that can be taken away. */
export interface Store {
  readonly port: number
  start(): Promise<void>
  kill(): Promise<void>
}

/** A data directory whose disk can be full. */
export interface Disk {
  readonly directory: string
  /** What stands for the full disk. */
  readonly means: string
  fill(): Promise<void>
  free(): Promise<void>
}

/** All that hopwatch meets, under one hand. */
export interface World {
  readonly folder: string
  readonly simulator: Simulator
  /** Undefined: there is no redis-server here. */
  readonly redis: Store | undefined
  readonly disk: Disk
  close(): Promise<void>
}

export async function openWorld(seed: number, periodMs: number): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'hopwatch-soak-'))
  const defects: unknown[] = []
  const simulator = await startSimulator({ seed, journal: 'off' }, { onDefect: (error) => defects.push(error) })
  const redis = await openRedis(folder)
  const disk = await openDisk(folder)
  await mkdir(join(folder, 'scenarios'))
  for (const { name, text } of scenarios(periodMs)) await writeFile(join(folder, 'scenarios', `${name}.yaml`), text)
  const { port } = redis ?? { port: await freePort() }
  await writeFile(join(folder, 'hopwatch.yaml'), `stores:\n  sessions: { url: "redis://127.0.0.1:${port}" }\n`)
  return {
    folder,
    simulator,
    redis,
    disk,
    close: async () => {
      await redis?.kill()
      await disk.free()
      await simulator.close()
      if (disk.means === aSmallMount) spawnSync('umount', [disk.directory])
      await rm(folder, { recursive: true, force: true })
      if (defects.length > 0) throw new Error('the simulator met a defect', { cause: defects[0] })
    },
  }
}

async function openRedis(folder: string): Promise<Store | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined
  const port = await freePort()
  let child: ChildProcess | undefined
  const store: Store = {
    port,
    start: async () => {
      child = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''], {
        stdio: 'ignore',
      })
      while (!(await isOpen(port))) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
  await store.start()
  return store
}

const aSmallMount = 'a mount of 256 KB, filled up'

/** A mount of its own where that is allowed; elsewhere its directory makes way for a file. */
async function openDisk(folder: string): Promise<Disk> {
  const directory = join(folder, 'data')
  await mkdir(directory)
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', directory]).status === 0
  if (isMounted) {
    const filler = join(directory, 'filler')
    let timer: NodeJS.Timeout | undefined
    let filling = Promise.resolve()
    // What fits is written before the disk says that it is full.
    const fillUp = () => appendFile(filler, Buffer.alloc(512 * 1024)).catch(() => {})
    return {
      directory,
      means: aSmallMount,
      // A run under way may hold a file just then, and give its page back: the next ones would have room enough.
      fill: async () => {
        await fillUp()
        timer = setInterval(() => {
          filling = filling.then(fillUp)
        }, 5)
      },
      free: async () => {
        clearInterval(timer)
        await filling
        await rm(filler, { force: true })
      },
    }
  }
  const aside = `${directory}-aside`
  let isAway = false
  return {
    directory,
    means: 'a file in place of the directory (no mount is allowed here)',
    fill: async () => {
      await rename(directory, aside)
      await writeFile(directory, '')
      isAway = true
    },
    free: async () => {
      if (!isAway) return
      await rm(directory, { recursive: true, force: true })
      await rename(aside, directory)
      isAway = false
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
