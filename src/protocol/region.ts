/** Regions are compared without case and spaces: `West Europe` = `westeurope`. */
export const regionKey = (name: string): string => name.replaceAll(/\s/g, '').toLowerCase()

export const sameRegion = (left: string, right: string): boolean => regionKey(left) === regionKey(right)
