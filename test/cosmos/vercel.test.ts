import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttpServer } from '@vercel/cosmosdb-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Target } from '../../src/cosmos/target.ts'
import { readKinds, writeKinds } from '../../src/domain/scenario.ts'
import { hop, read, storeFor, targetFor, write } from './stub-account.ts'

/**
 * A server without session tokens, in one region, that announces https locations though it listens on http. This is what
 * hopwatch sees of it.
 */
describe('@vercel/cosmosdb-server', () => {
  let server: Server
  let target: Target

  beforeAll(async () => {
    server = createHttpServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const { port } = server.address() as AddressInfo
    target = targetFor({ endpoint: `http://127.0.0.1:${port}`, key: Buffer.from('any key will do').toString('base64') })
  })

  afterAll(async () => {
    await target.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const need = { database: 'travel', container: 'itineraries', partitionKey: ['/customerId'] }

  test('its one region is contacted over http, whatever it announces', async () => {
    const evidence = await target.account()
    expect(evidence.readRegions).toEqual(['South Central US'])
    expect([...evidence.endpoints.values()]).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)])
    await expect(target.checkRegions([hop('a', { region: 'West Europe' })])).rejects.toThrow('it has South Central US')
  })

  test('a container is missing, made, and found', async () => {
    await expect(target.ensureContainer(need, { provision: false })).rejects.toMatchObject({ kind: 'misconfigured' })
    expect(await target.ensureContainer(need, { provision: true })).toMatchObject({ wasCreated: true })
    expect(await target.ensureContainer(need, { provision: true })).toMatchObject({ wasCreated: false })
  })

  for (const retries of ['sdk', 'none'] as const) {
    test(`every write and read works, and no token is ever given (retries: ${retries})`, async () => {
      await target.ensureContainer(need, { provision: true })
      const store = storeFor(target, { retries })
      const statuses: Record<string, number | undefined> = {}
      for (const [index, kind] of writeKinds.filter(isKnownThere).entries()) {
        if (kind === 'delete') {
          for (const readKind of readKinds.filter(isKnownThere)) {
            const answer = await store.execute(read(readKind, undefined, `doc-${retries}`))
            statuses[readKind] = answer.status
            expect([readKind, answer.document]).toEqual([readKind, { version: index, owner: 'me' }])
            expect(answer.sessionToken).toBeUndefined()
          }
        }
        const answer = await store.execute(write(kind, index + 1, undefined, `doc-${retries}`))
        statuses[kind] = answer.status
        expect(answer.attempts.every(({ received }) => received === undefined)).toBe(true)
        expect(answer.attempts.at(-1)?.region).toBe('South Central US')
      }
      expect(statuses).toEqual({
        create: 201,
        upsert: 200,
        replace: 200,
        patch: 200,
        delete: 204,
        point: 200,
        query: 200,
        'cross-partition-query': 200,
      })
      expect(await store.execute(read('point', undefined, `doc-${retries}`))).toMatchObject({ status: 404 })
    })
  }
})

/** That server has neither batches nor a change feed. */
const isKnownThere = (kind: string): boolean => !['batch', 'batch-of-points', 'changeFeed'].includes(kind)
