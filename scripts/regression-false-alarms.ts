/**
 * How often the alert HopwatchTokenLossRegression would come by chance: a carry that always loses the same share, looked at every
 * 15 s as the rule does, over simulated years. Prints a table; takes a quarter of a minute for 10⁸ carries each.
 *
 * node scripts/regression-false-alarms.ts [seed] [carries]
 */
import { seededRandom } from '../src/base/random.ts'
import { surprise } from '../src/publish/rules/alerts/token-loss.ts'
import { leastAllowedShare } from '../src/publish/rules/thresholds.ts'

const windowSeconds = 300
const lookedAtEverySeconds = 15
const secondsOfAYear = 365.25 * 86_400
const [seed = '1', carriesText = '100000000'] = process.argv.slice(2)
const carries = Number(carriesText)

const isSurprising = (lost: number, all: number, share: number): boolean => {
  const usual = all * Math.max(share, leastAllowedShare)
  const { deviations, besides, timesUsual, leastLosses } = surprise
  return lost > timesUsual * usual && lost > usual + deviations * Math.sqrt(usual) + besides && lost >= leastLosses
}

function falseAlarms(periodSeconds: number, share: number): number {
  const random = seededRandom(`${seed}/${periodSeconds}/${share}`)
  const all = windowSeconds / periodSeconds
  const everyCarries = Math.max(1, Math.round(lookedAtEverySeconds / periodSeconds))
  const recent = new Uint8Array(all)
  let lost = 0
  let isFiring = false
  let alarms = 0
  for (let carry = 0; carry < carries; carry++) {
    const slot = carry % all
    const isLost = random.next() < share ? 1 : 0
    lost += isLost - recent[slot]!
    recent[slot] = isLost
    if (carry % everyCarries !== 0) continue
    const fires = isSurprising(lost, all, share)
    if (fires && !isFiring) alarms++
    isFiring = fires
  }
  return alarms
}

process.stdout.write('a carry every   usual share   years   false alarms   a year\n')
for (const periodSeconds of [1, 10])
  for (const share of [0.0005, 0.001, 0.01, 0.05, 0.2]) {
    const alarms = falseAlarms(periodSeconds, share)
    const years = (carries * periodSeconds) / secondsOfAYear
    const cells = [
      `${periodSeconds} s`,
      `${share * 100} %`,
      years.toFixed(1),
      String(alarms),
      (alarms / years).toFixed(2),
    ]
    process.stdout.write(`${[15, 11, 5, 12, 6].map((width, column) => cells[column]!.padStart(width)).join('   ')}\n`)
  }
