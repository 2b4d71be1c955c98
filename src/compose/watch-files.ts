import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FSWatcher } from 'chokidar'

/** An editor or a volume writes several files in a row; what lies between is not to be read. */
const quietMs = 300
/** A file system that is slower than this is watched all the same, from whenever it is ready. */
const readyWithinMs = 5000

export interface WatchedPaths {
  /** Scenario files and directories of them. */
  readonly scenarios: readonly string[]
  readonly configuration: string
}

export interface FileWatch {
  /** Watches these in place of the former ones; true: they are others. Callers take turns. After `close` nothing is watched. */
  follow(paths: WatchedPaths): Promise<boolean>
  /** Whether something was written there after `wallMs`, by the file system's clock: before it was watched, it was not noticed. */
  hasChangedSince(wallMs: number): Promise<boolean>
  close(): Promise<void>
}

/**
 * Tells, some time after the last change, that files have changed. A ConfigMap is a directory of links through `..data`, which
 * Kubernetes points to another directory all at once: that link is watched, not what it leads to.
 */
export function watchFiles(onChange: () => void, onError: (error: unknown) => void): FileWatch {
  let watcher: FSWatcher | undefined
  let followed = ''
  let places: Places = new Map()
  let timer: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false
  const changed = () => {
    clearTimeout(timer)
    if (!isClosed) timer = setTimeout(onChange, quietMs)
  }
  const point = async (paths: WatchedPaths): Promise<boolean> => {
    places = await placesOf(paths)
    const key = JSON.stringify([...places])
    if (key === followed) return false
    await watcher?.close()
    followed = key
    // Loaded when hopwatch already runs: it costs a part of the start that nobody has to wait for.
    const { watch } = await import('chokidar')
    // Nobody would close it any more, and the process would not end.
    if (isClosed) return true
    watcher = watch([...places.keys()], {
      ignoreInitial: true,
      depth: 0,
      followSymlinks: false,
      ignored: (path) => !places.has(path) && !isWanted(basename(path), places.get(dirname(path))),
    })
    watcher.on('all', changed).on('error', onError)
    const isReady = new Promise<void>((resolve) => {
      watcher?.once('ready', () => resolve()).once('error', () => resolve())
    })
    await Promise.race([isReady, pause(readyWithinMs, undefined, { ref: false })])
    return true
  }
  return {
    follow(paths) {
      const turn = last.then(() => point(paths))
      last = turn.catch(() => {})
      return turn
    },
    async hasChangedSince(wallMs) {
      const times = await Promise.all([...places].map(([directory, names]) => lastWrittenMs(directory, names)))
      return Math.max(0, ...times) > wallMs - fileClockLagMs
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await watcher?.close()
    },
  }
}

async function lastWrittenMs(directory: string, names: ReadonlySet<string> | undefined): Promise<number> {
  const entries = (await readdir(directory).catch(() => [])).filter((name) => isWanted(name, names))
  const times = entries.map((name) =>
    lstat(join(directory, name)).then(
      ({ mtimeMs, ctimeMs }) => Math.max(mtimeMs, ctimeMs),
      () => 0,
    ),
  )
  return Math.max(0, ...(await Promise.all(times)))
}

/** File systems stamp by a clock that ticks a few milliseconds behind: a change just after `wallMs` may bear a time before it. */
const fileClockLagMs = 20

/** By directory: the names that count there; undefined: every scenario file. */
type Places = Map<string, ReadonlySet<string> | undefined>

async function placesOf({ scenarios, configuration }: WatchedPaths): Promise<Places> {
  const places: Places = new Map()
  for (const path of [...scenarios, configuration]) {
    const isDirectory = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
    const directory = await resolved(isDirectory ? path : dirname(path))
    if (isDirectory) places.set(directory, undefined)
    else if (!places.has(directory) || places.get(directory))
      places.set(directory, new Set([...(places.get(directory) ?? []), basename(path)]))
  }
  return places
}

const resolved = (path: string): Promise<string> => realpath(path).catch(() => join(process.cwd(), path))

const isWanted = (name: string, names: ReadonlySet<string> | undefined): boolean =>
  name === '..data' || (names ? names.has(name) : /\.ya?ml$/.test(name))
