/**
 * What no test can undercut. Lorden (1971): of all tests whose mean time to a false alarm is at least A, the least worst-case mean delay
 * is ln A ÷ KL(p1, p0), as A grows. Moustakides (1986): the least is that of CUSUM, tuned to p1 and to A, at any A.
 */

/** Kullback-Leibler information of one run about p1 against p0, in nats. */
export const information = (p1: number, p0: number): number =>
  p1 * Math.log(p1 / p0) + (p1 === 1 ? 0 : (1 - p1) * Math.log((1 - p1) / (1 - p0)))

export const lordenBound = (p1: number, p0: number, falseAlarmRuns: number): number =>
  Math.log(falseAlarmRuns) / information(p1, p0)

/** How finely CUSUM's statistic is divided: parts of what one good run takes off it. */
const partsOfAGoodRun = 2

/**
 * Mean delay of CUSUM, computed and not simulated. Between two thresholds, which are steps, the mixture of both that has the mean
 * time to a false alarm exactly. Its statistic moves on a grid, to which the gain of a wrong run is rounded (less than 1 in 40).
 */
export function optimumDelay(p1: number, p0: number, falseAlarmRuns: number): number {
  const [short, long] = p1 === 1 ? runsInARow(p0, falseAlarmRuns) : thresholds(p1, p0, falseAlarmRuns)
  const part = (falseAlarmRuns - short.toFalseAlarm) / (long.toFalseAlarm - short.toFalseAlarm)
  return short.delay + part * (long.delay - short.delay)
}

interface Tuned {
  readonly toFalseAlarm: number
  readonly delay: number
}

/** Against a loss of everything CUSUM waits for so many wrong runs in a row. */
function runsInARow(p0: number, falseAlarmRuns: number): readonly [Tuned, Tuned] {
  const tuned = (count: number) => ({ toFalseAlarm: (p0 ** -count - 1) / (1 - p0), delay: count })
  let count = 1
  while (tuned(count + 1).toFalseAlarm < falseAlarmRuns) count++
  return [tuned(count), tuned(count + 1)]
}

function thresholds(p1: number, p0: number, falseAlarmRuns: number): readonly [Tuned, Tuned] {
  const up = Math.round((partsOfAGoodRun * Math.log(p1 / p0)) / Math.log((1 - p0) / (1 - p1)))
  const tuned = (height: number) => ({
    toFalseAlarm: meanRunsToAlarm(height, up, p0),
    delay: meanRunsToAlarm(height, up, p1),
  })
  let [low, high] = [1, 2]
  while (meanRunsToAlarm(high, up, p0) < falseAlarmRuns) [low, high] = [high, high * 2]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (meanRunsToAlarm(middle, up, p0) < falseAlarmRuns) low = middle
    else high = middle
  }
  return [tuned(low), tuned(high)]
}

/**
 * From 0, of a statistic that each wrong run (of chance `rate`) takes `up` upwards and each other one `partsOfAGoodRun` down, but not below 0,
 * to `height`: E(i) = 1 + rate · E(i + up) + (1 − rate) · E(max(0, i − down)), by elimination within the band.
 */
export function meanRunsToAlarm(height: number, up: number, rate: number): number {
  const down = partsOfAGoodRun
  const width = up + 1
  // Row i: columns i … i + up, and the right-hand side; what lies below the diagonal is eliminated as the row is made.
  const rows = new Float64Array(height * width)
  const right = new Float64Array(height)
  const below = new Float64Array(down + width)
  for (let i = 0; i < height; i++) {
    below.fill(0)
    // Columns from i − down on.
    below[down] = 1
    below[Math.max(0, i - down) - i + down]! -= 1 - rate
    below[down + up]! -= rate
    let constant = 1
    for (let j = Math.max(0, i - down); j < i; j++) {
      const at = j - i + down
      const factor = below[at]!
      if (factor === 0) continue
      for (let k = 0; k < width; k++) below[at + k]! -= factor * rows[j * width + k]!
      constant -= factor * right[j]!
    }
    const pivot = below[down]
    for (let k = 0; k < width; k++) rows[i * width + k] = below[down + k]! / pivot
    right[i] = constant / pivot
  }
  const means = new Float64Array(height)
  for (let i = height - 1; i >= 0; i--) {
    let mean = right[i]!
    for (let k = 1; k < width && i + k < height; k++) mean -= rows[i * width + k]! * means[i + k]!
    means[i] = mean
  }
  return means[0]!
}
