/** A rate with a two-sided confidence interval; all three undefined when nothing was counted. */
export interface Interval {
  readonly low: number
  readonly point: number
  readonly high: number
}

/** 97.5th percentile of the standard normal distribution: a two-sided 95 % interval. */
const z95 = 1.959963984540054

/**
 * Wilson score interval (E. B. Wilson, 1927): well-behaved near 0 and 1 and for small counts, where hopwatch lives.
 * Undefined for `total` 0: nothing is known of a rate nobody sampled.
 */
export function wilson(events: number, total: number, z: number = z95): Interval | undefined {
  if (total === 0) return undefined
  const point = events / total
  const z2 = z * z
  const centre = (point + z2 / (2 * total)) / (1 + z2 / total)
  const half = (z / (1 + z2 / total)) * Math.sqrt((point * (1 - point)) / total + z2 / (4 * total * total))
  return {
    low: events === 0 ? 0 : Math.max(0, centre - half),
    point,
    high: events === total ? 1 : Math.min(1, centre + half),
  }
}

/**
 * Clopper-Pearson interval (1934): never covers less than `confidence`, at the price of width; for gates that must not
 * accuse by accident. The bounds are beta quantiles, found by bisection on the binomial tail.
 */
export function clopperPearson(events: number, total: number, confidence = 0.95): Interval | undefined {
  if (total === 0) return undefined
  const tail = (1 - confidence) / 2
  return {
    low: events === 0 ? 0 : bisect((p) => binomialAtLeast(events, total, p) - tail),
    point: events / total,
    high: events === total ? 1 : bisect((p) => tail - binomialAtMost(events, total, p)),
  }
}

/** P(X ≥ k) for X ~ Binomial(n, p), as the regularised incomplete beta function I_p(k, n − k + 1). */
const binomialAtLeast = (k: number, n: number, p: number) => regularisedBeta(p, k, n - k + 1)
const binomialAtMost = (k: number, n: number, p: number) => 1 - regularisedBeta(p, k + 1, n - k)

/** Root in (0, 1) of an increasing function, to the last bit that a double near the root holds. */
function bisect(increasing: (p: number) => number): number {
  let low = 0
  let high = 1
  for (let i = 0; i < 200 && high - low > Number.EPSILON * high; i++) {
    const middle = (low + high) / 2
    if (increasing(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** I_x(a, b) by Lentz's continued fraction (DLMF 8.17.22), on the side where it converges fast. */
function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(1 - x, b, a)
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a
  const tiny = 1e-300
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny)
  let fraction = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d, tiny)
    c = nonZero(1 + even / c, tiny)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d, tiny)
    c = nonZero(1 + odd / c, tiny)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return front * fraction
}

const nonZero = (value: number, tiny: number) => (Math.abs(value) < tiny ? tiny : value)

/** Lanczos approximation, g = 7, n = 9 (Godfrey's coefficients); about 15 digits for x > 0.5. */
function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  const shifted = x - 1
  let sum = coefficients[0]!
  for (let i = 1; i < coefficients.length; i++) sum += coefficients[i]! / (shifted + i)
  const t = shifted + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum)
}
