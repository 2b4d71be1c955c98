import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pc from 'picocolors'
import { parseDuration } from '../../src/base/duration.ts'
import { lossyCarry, type RegressionDemo, startRegressionDemo } from './demo.ts'
import { missingPrograms } from './monitoring.ts'
import { type Phase, StoryFailed, tellStory } from './story.ts'

// A gateway begins to lose the session tokens of some users, and Alertmanager tells a webhook of it:
//   npm run demo:regression
//   npm run demo:regression -- --healthy 5m --share 5 --keep
const { values } = parseArgs({
  options: {
    healthy: { type: 'string', default: '60s' },
    share: { type: 'string', default: '20' },
    alone: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const healthyMs = parseDuration(values.healthy)
const share = Number(values.share) / 100
if (values.help || healthyMs === undefined || !(share > 0 && share <= 1)) {
  process.stderr.write(`npm run demo:regression -- [options]
  --healthy <duration>  how long all is well at first (default: 60s)
  --share <percent>     of the users whose session token is lost (default: 20)
  --alone               without the shipped scenarios beside it
  --keep                leave everything running at the end, to look around, until Ctrl-C
It takes about five minutes. It ends with 0 only if no alert came before the loss, the right one came with it, and went after it.
`)
  process.exit(values.help ? 0 : 2)
}
if (missingPrograms.length > 0) {
  process.stderr.write(`It needs real ones of these: apt-get install ${missingPrograms.join(' ')}\n`)
  process.exit(2)
}

const startedAtMs = performance.now()
const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`
const say = (text: string) =>
  process.stdout.write(`${pc.dim(seconds(performance.now() - startedAtMs).padStart(6))}  ${text}\n`)

const { from, to, carrier } = lossyCarry

const told: Record<Phase, (demo: RegressionDemo) => string> = {
  healthy: ({ hopwatchUrl, prometheusUrl, alertmanagerUrl }) =>
    `hopwatch ${hopwatchUrl}/  Prometheus ${prometheusUrl}/alerts  Alertmanager ${alertmanagerUrl}/\n` +
    `        All is well for ${values.healthy}: no alert may come.`,
  losing: () =>
    pc.yellow(
      `No alert came. Now the gateway drops the ${carrier} of ${values.share} % of the users on their way to ${to}.`,
    ),
  alerted: () => pc.red('The alert has arrived at the webhook:'),
  mended: () => pc.yellow('The gateway is mended. The alert may end two minutes after the last lost token.'),
  resolved: () => pc.green('The alert is resolved.'),
}

say(`starting the account, two hops behind a gateway, hopwatch, Prometheus, Alertmanager and a webhook`)
let demo: RegressionDemo | undefined
let isStopped = false
const stop = async () => {
  if (isStopped) return
  isStopped = true
  await demo?.close()
  process.exit()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    process.exitCode ??= signal === 'SIGINT' ? 130 : 143
    void stop()
  })

try {
  const besides = values.alone ? [] : [join(import.meta.dirname, '../../scenarios')]
  const running = await startRegressionDemo({ besides })
  demo = running
  const { alert, alertedAfterMs, first, resolvedAfterMs, names } = await tellStory(running, {
    healthyMs,
    share,
    untilResolved: true,
    onPhase: async (phase) => {
      say(told[phase](running))
      if (phase !== 'alerted') return
      const arrived = running.notifications.find(({ labels }) => labels.from === from)
      for (const [label, value] of Object.entries(arrived?.labels ?? {})) say(`  ${label.padEnd(10)} ${pc.bold(value)}`)
      for (const [name, value] of Object.entries(arrived?.annotations ?? {})) say(`  ${name.padEnd(11)} ${value}`)
    },
  })
  say(
    pc.bold(
      `${alert.labels.alertname} reached the webhook ${seconds(alertedAfterMs)} after the loss began` +
        `${resolvedAfterMs === undefined ? '' : `, and was resolved ${seconds(resolvedAfterMs)} after it had ended`}.`,
    ),
  )
  say(`The first alert of all, ${first.name}, reached it after ${seconds(first.afterMs)}.`)
  say(`Alerts that reached the webhook: ${names.join(', ')}.`)
  process.exitCode = 0
  if (values.keep) say('Everything still runs. Ctrl-C ends it.')
} catch (error) {
  if (!isStopped) {
    process.exitCode = 1
    say(pc.red(error instanceof StoryFailed ? `Failed: ${error.message}.` : `Failed: ${String(error)}`))
  }
}
if (!values.keep || process.exitCode !== 0) await stop()
