import { describe, expect, test } from 'vitest'
import type { DocumentStore } from '../domain/document-store.ts'
import { HopStores, hopStoresMax } from './hop-stores.ts'

function hopStores() {
  const open = new Set<string>()
  const reconnected: string[] = []
  const stores = new HopStores({
    openStore: (_, { name }): DocumentStore => {
      open.add(name)
      return { execute: () => Promise.reject(new Error('not asked')), reconnect: () => void reconnected.push(name) }
    },
    closeStores: (name) => void open.delete(name),
  })
  const of = (owner: string, { generation = 0, region = 'West Europe' } = {}) =>
    stores.of({
      scenario: {
        name: 'orders',
        container: { database: 'shop', container: 'orders' },
        partitionKey: ['customerId'],
      },
      owner,
      hop: { name: 'viewer', region, client: 'own', retries: 'sdk', consistency: 'Session' },
      generation,
    })
  return { of, open, reconnected }
}

describe('the stores of a hop', () => {
  test('are one a caller, kept between its calls, anew after its reconnect', () => {
    const { of, reconnected } = hopStores()
    const store = of('a')
    expect(of('a')).toBe(store)
    expect(of('b')).not.toBe(store)
    expect(reconnected).toHaveLength(0)
    expect(of('a', { generation: 1 })).toBe(store)
    expect(of('a', { generation: 1 })).toBe(store)
    expect(reconnected).toHaveLength(1)
  })

  test('are bounded, and the one that nobody has asked for longest goes first', () => {
    const { of, open } = hopStores()
    const first = of('caller-0')
    for (let caller = 1; caller < hopStoresMax; caller++) of(`caller-${caller}`)
    expect(of('caller-0')).toBe(first)
    of('one more')
    expect(open.size).toBe(hopStoresMax)
    expect(of('caller-0')).toBe(first)
    expect([...open].some((name) => name.includes('caller-1/'))).toBe(false)
  })

  test('of a hop that was declared anew outlive the one before', () => {
    const { of, open } = hopStores()
    of('a')
    const anew = of('a', { region: 'North Europe' })
    for (let caller = 1; caller < hopStoresMax; caller++) of(`caller-${caller}`)
    expect(of('a', { region: 'North Europe' })).toBe(anew)
    expect([...open].filter((name) => name.includes('a/orders'))).toHaveLength(1)
  })
})
