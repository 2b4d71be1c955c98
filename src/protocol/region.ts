/** Regions are compared without case and spaces: `West Europe` = `westeurope`. */
export function regionKey(name: string): string {
  const known = keys.get(name)
  if (known !== undefined) return known
  const key = name.replaceAll(/\s/g, '').toLowerCase()
  if (keys.size < mostKeys) keys.set(name, key)
  return key
}

/** An account has a handful of regions and every request names one. Names come from outside, so their number is bounded. */
const keys = new Map<string, string>()
const mostKeys = 256

export const sameRegion = (left: string, right: string): boolean =>
  left === right || regionKey(left) === regionKey(right)
