/**
 * Adds to package-lock.json what npm leaves out of it when a registry does not offer a package for another platform: the entry
 * of each optional dependency, without which `npm ci` refuses the whole file everywhere. The platform is read off the
 * package's name; the version is the one that its parent pins. Run it after `npm install` where a test says so.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface LockEntry {
  readonly version?: string
  readonly dev?: true
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'win32', 'openharmony']
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x']

function entryOf(name: string, version: string, { dev }: LockEntry) {
  const words = name.split(/[/-]/)
  const os = systems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor)).slice(0, 1)
  if (os.length === 0 || cpu.length === 0 || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(`${name}@${version} names no platform or pins no version: add its entry by hand`)
  }
  const libc = /musl/.test(name) ? ['musl'] : /gnu/.test(name) ? ['glibc'] : undefined
  return { version, cpu, ...(dev && { dev }), ...(libc && { libc }), optional: true, os }
}

const file = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockEntry> }
const packages = { ...lock.packages }
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '') continue
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isKnown = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`]
    if (!isKnown) packages[`node_modules/${name}`] = entryOf(name, version, entry)
  }
}
const sorted = Object.fromEntries(Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
