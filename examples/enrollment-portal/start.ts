import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CosmosClient } from '@azure/cosmos'
import { startSimulator } from '../../src/simulator/start.ts'
import { type Mistake, mistakeNames, mistakesInWords } from './mistakes.ts'
import { prepareNginx, roundRobin } from './nginx.ts'
import { createRoundRobin } from './round-robin.ts'

// The portal with everything that it needs: simulated account, two nodes, nginx before them, and hopwatch as its user. `help` says how
// to start it; what stands after its own options goes to `hopwatch serve`.

const usualMistake: Mistake = 'token-not-forwarded'
const [flag, ...rest] = process.argv.slice(2)
const isBroken = flag === '--broken'
const named = isBroken && rest[0] !== undefined && !rest[0].startsWith('-') ? rest.shift() : undefined
const mistake = isBroken ? (named ?? usualMistake) : undefined
const serveArgs = isBroken || flag === undefined ? rest : [flag, ...rest]
if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
  process.stdout.write(help())
  process.exit()
}
if (mistake !== undefined && !mistakeNames.some((name) => name === mistake)) {
  process.stderr.write(`There is no mistake "${mistake}"; there are ${mistakeNames.join(', ')}.\n`)
  process.exit(2)
}

const regions = ['West Europe', 'North Europe'] as const
const here = import.meta.dirname
const children: ChildProcess[] = []

/** A write takes about this long to the other region: long enough to be met on a busy machine. */
const replication = { medianMs: 100, sigma: 0.2 }
const simulator = await startSimulator({ regions: [...regions], replication })
const account = { COSMOS_ENDPOINT: simulator.endpoint, COSMOS_KEY: simulator.key }
await createContainer()
const nodes = await Promise.all(regions.map((region) => startNode(region, mistake as Mistake | undefined)))
const front = await startFront(nodes)

const cleanEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COSMOS_')))
const hopwatch = spawn(
  process.execPath,
  [join(here, '../../src/main.ts'), 'serve', '--scenarios', join(here, 'portal.yaml'), ...serveArgs],
  // A group of its own: Ctrl-C reaches it once, from here, and a second signal would cut it short.
  { stdio: 'inherit', detached: true, env: { ...cleanEnvironment, PORTAL_URL: front.url } },
)
process.stderr.write(
  `The portal ${mistake === undefined ? 'as it should be' : `with a mistake: ${mistake}`}: ` +
    `${front.url}, ${regions.length} nodes behind ${front.kind}, one in each of ${regions.join(' and ')}.\n\n`,
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => hopwatch.killed || hopwatch.kill(signal))
const [code] = (await once(hopwatch, 'exit')) as [number | null]
for (const child of children) child.kill()
await front.close()
await simulator.close()
process.exit(code ?? 0)

function help(): string {
  const told = Object.entries(mistakesInWords).map(([name, words]) => `    ${name.padEnd(20)} ${words}\n`)
  return `npm run example -- [--broken [mistake]] [options of serve]

A student enrols at a portal of two nodes, one in each of two regions, behind nginx; hopwatch is its user, and knows nothing of it but
its address. Everything runs on this machine, against the embedded simulator, until Ctrl-C.

  --broken [mistake]   the portal with a mistake (default: ${usualMistake}):
${told.join('')}
Without it the portal is as it should be. Whatever else is written goes to hopwatch serve: npm start -- serve --help lists it.
docs/sharing-session-tokens.md tells of the portal and of each mistake.
`
}

async function createContainer(): Promise<void> {
  const client = new CosmosClient({ endpoint: account.COSMOS_ENDPOINT, key: account.COSMOS_KEY })
  const { database } = await client.databases.createIfNotExists({ id: 'portal' })
  const { container } = await database.containers.createIfNotExists({ id: 'enrolments', partitionKey: '/student' })
  await container.items.upsert({ id: 'catalogue', student: 'catalogue' })
  client.dispose()
}

/** Resolves with its port. */
async function startNode(region: string, wrong: Mistake | undefined): Promise<number> {
  const child = spawn(process.execPath, [join(here, 'node.ts')], {
    env: { ...process.env, ...account, REGION: region, ...(wrong && { MISTAKE: wrong }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return Number(line)
}

/** What stands before the nodes: nginx, or a few lines of ours where it is missing. */
async function startFront(ports: readonly number[]) {
  const proxy = createRoundRobin(ports)
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  if (spawnSync('nginx', ['-v']).error !== undefined) {
    process.stderr.write('nginx is not installed: a round-robin proxy of this example stands in for it.\n')
    return { kind: 'a proxy in place of nginx', url, close: async () => void proxy.close() }
  }
  // Its port was free a moment ago.
  proxy.close()
  await once(proxy, 'close')
  const folder = await prepareNginx(roundRobin(port, ports))
  const nginx = spawn('nginx', folder.args, { stdio: ['ignore', 'ignore', 'inherit'] })
  children.push(nginx)
  await untilAnswers(url)
  return {
    kind: 'nginx',
    url,
    close: async () => {
      nginx.kill()
      await folder.remove()
    },
  }
}

async function untilAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answers = await fetch(url).then(
      () => true,
      () => false,
    )
    if (answers) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('nginx does not answer')
}
