/** Chance comes through the door, so that every surprise can be replayed from its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** An independent stream, fixed by this stream's seed and the label; drawing from one never moves the other. */
  fork(label: string): Random
}

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded through FNV-1a of the text and a splitmix step. */
export function seededRandom(seed: number | string): Random {
  const text = String(seed)
  let hash = fnv1a(text)
  const word = () => {
    hash = (hash + 0x9e3779b9) | 0
    let z = hash ^ (hash >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let a = word()
  let b = word()
  let c = word()
  let counter = 1
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  return { next, fork: (label) => seededRandom(`${text}/${label}`) }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

/** A whole number in [0, below). */
export const integerBelow = (random: Random, below: number): number => Math.floor(random.next() * below)

/** A standard normal deviate (Box-Muller); 1 - u keeps the logarithm's argument above zero. */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())

/** A log-normal deviate, given its median and the standard deviation of its logarithm. */
export const logNormal = (random: Random, median: number, sigma: number): number =>
  median * Math.exp(sigma * normal(random))

/** One of `values`, each as likely as the others. */
export const pick = <T>(random: Random, values: readonly T[]): T => values[integerBelow(random, values.length)]!
