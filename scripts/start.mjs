// Runs a TypeScript entry of this project on the pinned Node, after installing the locked dependencies when they are missing.
// Plain JavaScript without dependencies, because it runs on whatever Node called npm, before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')

const [entry, ...args] = process.argv.slice(2)
/** hopwatch itself needs a fifth of the packages that its tests and tools need, so that a first `npm start` need not wait for those. */
const needsTools = entry !== 'src/main.ts'

/**
 * The packages and versions a lockfile names, without the root entry; optional ones are skipped, as other platforms lack them,
 * and those that this entry does not need.
 */
function lockedVersions(file) {
  if (!existsSync(file)) return undefined
  const { packages } = JSON.parse(readFileSync(file, 'utf8'))
  return new Map(
    Object.entries(packages).flatMap(([path, { version, optional, dev }]) =>
      path === '' || optional || (dev && !needsTools) ? [] : [[path, version]],
    ),
  )
}

function dependenciesAreInstalled() {
  const wanted = lockedVersions(join(root, 'package-lock.json'))
  const installed = lockedVersions(join(modules, '.package-lock.json'))
  return installed !== undefined && [...wanted].every(([path, version]) => installed.get(path) === version)
}

if (!dependenciesAreInstalled()) {
  const ci = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(needsTools ? [] : ['--omit=dev'])]
  process.stderr.write(`hopwatch: installing the locked dependencies, once (npm ${ci.join(' ')}) …\n`)
  const npm = process.env.npm_execpath
  const result = npm
    ? spawnSync(process.execPath, [npm, ...ci], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', ci, { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.status !== 0) {
    process.stderr.write('hopwatch: npm ci failed; see above. Nothing was started.\n')
    process.exit(result.status ?? 1)
  }
}

const pinned = join(modules, '.bin', 'node')
const node = existsSync(pinned) ? pinned : process.execPath
if (node === process.execPath && Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `hopwatch: needs Node 24 or newer, and this is ${process.version}. Install it and start again.\n`,
  )
  process.exit(2)
}

const child = spawn(node, [join(root, entry), ...args], { cwd: process.cwd(), stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1)))
