import { writeFile } from 'node:fs/promises'
import { seededRandom } from '../../src/base/random.ts'
import { Alarm, type AlarmPlan } from '../../src/domain/alarm.ts'
import { alarmKinds, alarmPlan } from '../../src/domain/alarm-observation.ts'
import { clopperPearson, type Interval } from '../../src/domain/statistics.ts'
import { meanBurnRateDelay, scaleForFalseAlarms } from './burn-rate.ts'
import { information, lordenBound, optimumDelay } from './optimum.ts'

const seed = Number(process.argv[2] ?? 1)
const periodMs = 10_000
const falseAlarmEveryMs = 7_776_000_000
/** Runs in which one false alarm is allowed. */
const allowedRuns = falseAlarmEveryMs / periodMs
const mostTimesTheBound = 1.5
const toleratedRate = 0.0005

const scenario = {
  objectives: { tokenLoss: 0, staleReads: 0, p95Ms: undefined, retriesPerRead: undefined },
  arms: [{ name: 'propagated', share: 1, token: 'carried' as const }],
}
const plans = alarmKinds.map((kind) => alarmPlan(scenario, kind, { periodMs, falseAlarmEveryMs })!)
const [plan] = plans as [AlarmPlan]
if (plan.toleratedRate !== toleratedRate) throw new Error('the bench compares at another tolerated rate than is used')

const lines: string[] = []
const say = (line = '') => {
  process.stdout.write(`${line}\n`)
  lines.push(line)
}
const began = performance.now()
const shown = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))
let isGood = true
const judged = (text: string, passed: boolean) => {
  isGood &&= passed
  return `${text} ${passed ? 'pass' : 'FAIL'}`
}

say(`# Bench of the alarm within

Written by \`npm run bench:alarm\` (seed ${seed}); do not edit. Simulated runs through the code that watches in production
(\`src/domain/alarm.ts\`), one probe every 10 s, a tolerated rate of 0.05 % (an objective of 0 %), one false alarm of a scenario in
7,776,000 s (${allowedRuns.toLocaleString('en')} probes) for both of its alarms together. Delays count from the first run that may go wrong, at the least evidence
there can be, up to and including the run that raises the alarm. What the columns mean, and why: \`docs/decisions/0008-the-alarm-within.md\`.
`)

say('## Delay of the token-loss alarm')
say()
say(
  '| loss | bound (Lorden) | least possible | hopwatch, mean | 95 % of alarms within | mean ÷ bound | mean ÷ least possible | target | burn rates, same false alarms | burn rates as published |',
)
say('|---|---|---|---|---|---|---|---|---|---|')
const random = seededRandom(`alarm ${seed}`)
const published = { toleratedRate, periodMs, scale: 1 }
const equal = {
  ...published,
  scale: scaleForFalseAlarms({ toleratedRate, periodMs }, allowedRuns, random.fork('scale')),
}
for (const loss of [1, 0.2, 0.05, 0.01]) {
  const chance = random.fork(`loss ${loss}`)
  const delays = Float64Array.from({ length: 20_000 }, () => {
    const alarm = new Alarm(plan)
    let runs = 1
    while (alarm.take(chance.next() < loss ? 1 : 0) !== 'raised') runs++
    return runs
  }).toSorted()
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length
  const bound = lordenBound(loss, toleratedRate, allowedRuns)
  const ratio = mean / bound
  const least = optimumDelay(loss, toleratedRate, allowedRuns)
  const target = loss >= 0.05 ? judged(`≤ ${mostTimesTheBound}:`, ratio <= mostTimesTheBound) : '–'
  const burn = (rates: typeof published) => {
    const runs = meanBurnRateDelay(rates, loss, chance.fork(`burn ${rates.scale}`), 2000, 1e6)
    return runs > 1e5 ? 'hardly ever' : `${shown(runs)} runs`
  }
  const minutes = (runs: number) => `${shown(runs)} runs (${shown((runs * periodMs) / 60_000)} min)`
  say(
    `| ${loss * 100} % | ${shown(bound)} runs | ${shown(least)} runs | ${minutes(mean)} | ${shown(delays[Math.floor(delays.length * 0.95)]!)} runs | ${ratio.toFixed(2)} | ${(mean / least).toFixed(2)} | ${target} | ${burn(equal)} | ${burn(published)} |`,
  )
}
say()
const publishedRuns = meanBurnRateDelay(published, toleratedRate, random.fork('published'), 400, 1e9)
say(
  `Burn rates: 14.4 times the budget over 1 h and 5 min, or 6 times over 6 h and 30 min. As published they raise ${shown(allowedRuns / publishedRuns)} false alarms in 7,776,000 s at exactly the tolerated rate; with the factors times ${equal.scale.toFixed(2)}, one at most.`,
)
say(
  `A run that is watched tells ${[1, 0.2, 0.05, 0.01].map((loss) => `${information(loss, toleratedRate).toFixed(3)} nats of a loss of ${loss * 100} %`).join(', ')}. "Least possible" is CUSUM's delay, tuned to a loss that is known beforehand.`,
)

say()
say('## False alarms of a scenario, both alarms together')
say()
say('| rate of wrong runs | probes | false alarms | in 7,776,000 s | 95 % interval | target |')
say('|---|---|---|---|---|---|')
for (const [rate, probes] of [
  [0, 10_000_000],
  [toleratedRate / 2, 20_000_000],
  [toleratedRate, 100_000_000],
] as const) {
  const chance = random.fork(`false alarms ${rate}`)
  const alarms = plans.map((each) => new Alarm(each))
  let raised = 0
  for (let probe = 0; probe < probes; probe++)
    for (const alarm of alarms) if (alarm.take(chance.next() < rate ? 1 : 0) === 'raised') raised++
  const perQuarter = ({ low, high }: Interval) => `${(low * allowedRuns).toFixed(3)}–${(high * allowedRuns).toFixed(3)}`
  const found = (raised / probes) * allowedRuns
  say(
    `| ${rate * 100} % | ${probes.toLocaleString('en')} | ${raised} | ${found.toFixed(3)} | ${perQuarter(clopperPearson(raised, probes)!)} | ${judged('≤ 1:', found <= 1)} |`,
  )
}

say()
say('## When it is mended')
say()
say('| loss before | runs until the alarm clears, mean | cleared by mistake within a day of a loss that goes on |')
say('|---|---|---|')
for (const loss of [1, 0.2, 0.05, 0.01]) {
  const chance = random.fork(`mended ${loss}`)
  const trials = 1000
  let runs = 0
  let mistakes = 0
  const next = (rate: number) => (chance.next() < rate ? 1 : 0)
  for (let trial = 0; trial < trials; trial++) {
    const alarm = new Alarm(plan)
    while (alarm.take(next(loss)) !== 'raised');
    const persisting = new Alarm(plan, alarm.save())
    for (; alarm.isRaised; runs++) alarm.take(next(toleratedRate / 10))
    for (let run = 0; run < 8640; run++)
      if (persisting.take(next(loss)) === 'cleared') {
        mistakes++
        break
      }
  }
  say(`| ${loss * 100} % | ${shown(runs / trials)} | ${((mistakes / trials) * 100).toFixed(1)} % |`)
}
say()
await writeFile(new URL('../alarm-results.md', import.meta.url), `${lines.join('\n').trimEnd()}\n`)
process.stdout.write(`written to bench/alarm-results.md, in ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
process.exitCode = isGood ? 0 : 1
