import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FSWatcher } from 'chokidar'

/** An editor or a volume writes several files in a row; what lies between is not to be read. */
const quietMs = 300

export interface WatchedPaths {
  /** Scenario files and directories of them. */
  readonly scenarios: readonly string[]
  readonly configuration: string
}

export interface FileWatch {
  /** Watches these in place of the former ones. */
  follow(paths: WatchedPaths): Promise<void>
  close(): Promise<void>
}

/**
 * Tells, some time after the last change, that files have changed. A ConfigMap is a directory of links through `..data`, which
 * Kubernetes points to another directory all at once: that link is watched, not what it leads to.
 */
export function watchFiles(onChange: () => void, onError: (error: unknown) => void): FileWatch {
  let watcher: FSWatcher | undefined
  let followed = ''
  let timer: NodeJS.Timeout | undefined
  const changed = () => {
    clearTimeout(timer)
    timer = setTimeout(onChange, quietMs)
  }
  return {
    async follow(paths) {
      const places = await placesOf(paths)
      const key = JSON.stringify([...places])
      if (key === followed) return
      await watcher?.close()
      followed = key
      // Loaded when hopwatch already runs: it costs a part of the start that nobody has to wait for.
      const { watch } = await import('chokidar')
      watcher = watch([...places.keys()], {
        ignoreInitial: true,
        depth: 0,
        followSymlinks: false,
        ignored: (path) => !places.has(path) && !isWanted(basename(path), places.get(dirname(path))),
      })
      watcher.on('all', changed).on('error', onError)
      await new Promise<void>((resolve) => void watcher?.once('ready', () => resolve()))
    },
    async close() {
      clearTimeout(timer)
      await watcher?.close()
    },
  }
}

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
