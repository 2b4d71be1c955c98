import { expect, test } from 'vitest'
import { regionKey, sameRegion } from './region.ts'

test('regions are compared without case and spaces', () => {
  expect(regionKey(' West  Europe\t')).toBe('westeurope')
  expect(sameRegion('West Europe', 'westeurope')).toBe(true)
  expect(sameRegion('EAST US 2', 'East US2')).toBe(true)
  expect(sameRegion('East US', 'East US 2')).toBe(false)
  expect(sameRegion('West Europe', 'North Europe')).toBe(false)
})

test('more names than are remembered are still told apart', () => {
  const names = Array.from({ length: 600 }, (_, index) => `Region ${index}`)
  expect(names.map(regionKey)).toEqual(names.map((_, index) => `region${index}`))
})
