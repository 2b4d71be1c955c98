import { remember } from './remember.ts'

/** Regions are compared without case and spaces: `West Europe` = `westeurope`. */
export const regionKey: (name: string) => string = remember(
  (name) => name.replaceAll(/\s/g, '').toLowerCase(),
  // An account has a handful of regions, and every request names one.
  { entries: 256, longestText: 128 },
)

export const sameRegion = (left: string, right: string): boolean =>
  left === right || regionKey(left) === regionKey(right)
