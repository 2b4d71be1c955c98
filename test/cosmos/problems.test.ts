import dns, { type LookupAddress } from 'node:dns'
import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createTarget, type TargetOptions, TargetProblem } from '../../src/cosmos/target.ts'
import { writeOutcome } from '../../src/domain/observation.ts'
import { failing, startStub, stored, storeFor, targetFor, withToken, write } from './stub-account.ts'

const key = Buffer.from('a key that nobody may ever see in a message of ours').toString('base64')
const problemAt = (options: Omit<TargetOptions, 'name'>): TargetProblem => {
  try {
    createTarget({ name: 'main', ...options }, { clock: systemClock })
  } catch (error) {
    if (error instanceof TargetProblem) return error
    throw error
  }
  throw new Error('expected a TargetProblem')
}

type Found = (error: null, addresses: LookupAddress[]) => void

/** Resolves any name to the machine's own addresses of both families. */
const bothLoopbacks = ((_: string, __: object, found: Found) =>
  found(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ])) as typeof dns.lookup

/** A port on which nobody listens. */
const closedPort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

describe('options that cannot be right', () => {
  const endpoint = 'https://contoso.documents.azure.com:443/'
  test.each([
    ['no credentials', { endpoint }, 'has no credentials'],
    ['two kinds', { endpoint, key, entra: true as const }, 'has more than one kind of credentials'],
    ['no endpoint', { key }, 'has no endpoint'],
    ['not a URL', { endpoint: 'contoso', key }, 'not an http or https URL'],
    ['a URL with credentials', { endpoint: 'https://user:secret@contoso.net', key }, 'holds credentials'],
    ['a key that is not base64', { endpoint, key: `"${key}"` }, 'has a key that is not base64'],
    ['a rewrite to nowhere', { endpoint, key, hostRewrite: { [endpoint]: 'nowhere' } }, 'not an http or https URL'],
    ['Entra over http', { endpoint: 'http://127.0.0.1:8081', entra: true as const }, 'Microsoft Entra over http'],
    ['half a connection string', { connectionString: `AccountKey=${key};` }, 'without AccountEndpoint'],
    ['a cut connection string', { connectionString: `AccountEndpoint=${endpoint};Account` }, 'without AccountKey'],
    ['something else', { connectionString: key }, 'without AccountEndpoint and AccountKey'],
    [
      'two endpoints',
      {
        endpoint: 'https://other.documents.azure.com',
        connectionString: `AccountEndpoint=${endpoint};AccountKey=${key}`,
      },
      'an endpoint other than the one in its connection string',
    ],
  ])('%s', (_, options, message) => {
    const problem = problemAt(options)
    expect(problem.kind).toBe('misconfigured')
    expect(problem.message).toContain('target "main"')
    expect(problem.message).toContain(message)
    expect(problem.remedy).not.toBe('')
    expect(JSON.stringify([problem.message, problem.remedy])).not.toMatch(/secret|YSBrZXk/)
  })

  test('a whole connection string is enough', async () => {
    await using stub = await startStub(() => withToken(200, '0:1#5#1=5', stored(1)))
    const connectionString = `AccountEndpoint=${stub.endpoint};AccountKey=${stub.key};`
    const target = createTarget({ name: 'main', connectionString }, { clock: systemClock })
    expect((await target.account()).readRegions).toEqual(['West Europe', 'North Europe'])
    await target.close()
  })
})

describe('an account that cannot be used', () => {
  test('nobody listens: unreachable, at once and in every form', async () => {
    const target = targetFor({ endpoint: `http://127.0.0.1:${await closedPort()}`, key })
    await expect(target.account()).rejects.toMatchObject({ kind: 'unreachable' })
    expect(await target.ping()).toMatchObject({ kind: 'unreachable' })
    const answer = await storeFor(target).execute(write())
    expect(answer).toMatchObject({ status: undefined })
    expect(answer.message).toContain('cannot be reached')
    expect(answer.attempts.map(({ purpose, failure }) => [purpose, failure])).toEqual([['metadata', 'connection']])
    // No operation was ever sent, so the write certainly did not happen.
    expect(writeOutcome(answer.attempts, answer.status, answer.substatus)).toBe('refused')
    await target.close()
  })

  test('a name with two addresses at which nobody listens, such as localhost: both are named, with the remedy', async () => {
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(bothLoopbacks)
    onTestFinished(() => lookup.mockRestore())
    const port = await closedPort()
    const target = targetFor({ endpoint: `http://both.example:${port}`, key })
    const problem = await target.ping()
    await target.close()
    expect(problem?.message).toContain(`ECONNREFUSED 127.0.0.1:${port}; connect`)
    expect(problem?.remedy).toContain('nothing listens there')
  })

  test('a name that does not resolve', async () => {
    const target = targetFor({ endpoint: 'https://no-such-account.invalid', key })
    expect(await target.ping()).toMatchObject({ kind: 'unreachable' })
    await target.close()
  })

  test('the key is wrong: refused, with a remedy', async () => {
    await using stub = await startStub(() => failing(401))
    stub.others = () => failing(401)
    const target = targetFor(stub)
    const problem = await target
      .ensureContainer({ database: 'd', container: 'c', partitionKey: ['/p'] }, { provision: true })
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    await target.close()
    expect(problem).toMatchObject({ kind: 'refused', remedy: expect.stringContaining('check that the key') as string })
  })
})
