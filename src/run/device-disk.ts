import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a device keeps what must survive being switched off. Calls reject as the disk does. */
export interface DeviceDisk {
  save(name: string, text: string): Promise<void>
  load(name: string): Promise<string>
  remove(name: string): Promise<void>
}

const prefix = 'hopwatch-devices-'
/** What a killed process left behind; no run lasts so long. */
const abandonedAfterMs = 24 * 3_600_000

/** Files of mode 0600 in a directory of its own, of mode 0700, below `parent`; made when first needed. */
export class FileDisk implements DeviceDisk {
  readonly #parent: string
  readonly #wallMs: () => number
  #directory: Promise<string> | undefined

  constructor(parent: string, wallMs: () => number) {
    this.#parent = parent
    this.#wallMs = wallMs
  }

  /** Whole or not at all: written beside its place, then renamed. */
  async save(name: string, text: string): Promise<void> {
    const path = join(await this.#open(), name)
    await writeFile(`${path}.new`, text, { mode: 0o600, flush: true })
    await rename(`${path}.new`, path)
  }

  async load(name: string): Promise<string> {
    return readFile(join(await this.#open(), name), 'utf8')
  }

  async remove(name: string): Promise<void> {
    const path = join(await this.#open(), name)
    await Promise.all([path, `${path}.new`].map((each) => rm(each, { force: true })))
  }

  /** Leaves nothing behind. */
  async close(): Promise<void> {
    const directory = await this.#directory?.catch(() => undefined)
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
  }

  #open(): Promise<string> {
    this.#directory ??= this.#make().catch((error: unknown) => {
      // A full or missing disk may be mended while we run.
      this.#directory = undefined
      throw error
    })
    return this.#directory
  }

  async #make(): Promise<string> {
    await mkdir(this.#parent, { recursive: true })
    for (const name of await readdir(this.#parent)) {
      if (name.startsWith(prefix)) await this.#sweep(join(this.#parent, name))
    }
    return mkdtemp(join(this.#parent, prefix))
  }

  async #sweep(directory: string): Promise<void> {
    const found = await stat(directory).catch(() => undefined)
    if (found !== undefined && this.#wallMs() - found.mtimeMs > abandonedAfterMs)
      await rm(directory, { recursive: true, force: true }).catch(() => {})
  }
}

/** A disk for worlds without one. */
export class MemoryDisk implements DeviceDisk {
  readonly #files = new Map<string, string>()

  async save(name: string, text: string): Promise<void> {
    this.#files.set(name, text)
  }

  async load(name: string): Promise<string> {
    const text = this.#files.get(name)
    if (text === undefined) throw new Error('no such file')
    return text
  }

  async remove(name: string): Promise<void> {
    this.#files.delete(name)
  }
}
