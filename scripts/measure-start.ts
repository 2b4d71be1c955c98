/**
 * Measures what a container of the image costs: the processor time until the page answers and until /readyz does, and the memory
 * after a while, against `hopwatch simulate` in another process. `npm run build` first. Arguments: seconds to watch (30), then
 * the scenario files to run (default: the directory `scenarios`).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = join(import.meta.dirname, '..')
const bundle = join(root, 'dist/hopwatch.js')
const [seconds = '30', ...files] = process.argv.slice(2)

function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  // As the Dockerfile's ENTRYPOINT and ENV say.
  const node = ['--max-semi-space-size=4', bundle, ...args]
  const memory = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' }
  return spawn(process.execPath, node, { env: { ...memory, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The first match of what a process prints. */
async function says(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = ''
  for (;;) {
    const [chunk] = await Promise.race([once(child.stdout!, 'data'), once(child.stderr!, 'data')])
    text += String(chunk)
    const [, found] = pattern.exec(text) ?? []
    if (found !== undefined) return found
    if (child.exitCode !== null) throw new Error(text)
  }
}

/** Seconds of processor time so far; the kernel counts in hundredths. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
const megabytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

const folder = mkdtempSync(join(tmpdir(), 'hopwatch-measure-'))
for (const file of files) symlinkSync(resolve(file), join(folder, basename(file)))
const key = Buffer.from('a key for this measurement alone').toString('base64')
const port = 20_000 + (process.pid % 10_000)
const address = `http://127.0.0.1:${port}`
const simulator = start(['simulate', '--port', '0'], { COSMOS_KEY: key })
const endpoint = await says(simulator, /Endpoint\s+(\S+)/)
const serve = start(['serve', '--provision', '--log-level', 'silent', '--listen', `127.0.0.1:${port}`], {
  COSMOS_ENDPOINT: endpoint,
  COSMOS_KEY: key,
  HOPWATCH_SCENARIOS: files.length > 0 ? folder : join(root, 'scenarios'),
})
serve.stdout?.resume()
serve.stderr?.resume()
const pid = serve.pid!
try {
  const print = (what: string) =>
    process.stdout.write(
      `${what.padEnd(14)} ${processorTime(pid).toFixed(2)} s of processor time, ${megabytes(pid).toFixed(0)} MB\n`,
    )
  process.stdout.write(`load before: ${loadavg()[0]!.toFixed(2)}\n`)
  for (const [what, path] of [
    ['page answers', '/healthz'],
    ['ready', '/readyz'],
  ] as const) {
    while (!(await answers(address + path))) await sleep(5)
    print(what)
  }
  for (let second = 10; second <= Number(seconds); second += 10) {
    await sleep(10_000)
    await (await fetch(`${address}/metrics`)).text()
    print(`after ${second} s`)
  }
} finally {
  serve.kill('SIGKILL')
  simulator.kill('SIGKILL')
  rmSync(folder, { recursive: true })
}
