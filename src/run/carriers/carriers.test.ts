import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anySessionToken } from '../../../test/arbitraries/tokens.ts'
import { ManualClock } from '../../base/clock.ts'
import { seededRandom } from '../../base/random.ts'
import { carrierKinds } from '../../domain/scenario.ts'
import { SessionToken } from '../../protocol/session-token.ts'
import { WireToken } from '../../protocol/wire-token.ts'
import { carriedToken } from '../carry.ts'
import { baggageCodec, parseBaggage, printBaggage } from './baggage.ts'
import type { CarryContext, Delivery } from './carrier.ts'
import { cookieCodec } from './cookie.ts'
import { redirectCodec } from './redirect.ts'
import { resourcesInMemory } from './resources.ts'
import { openCarriers } from './table.ts'

const token = (lsn: number) => `0:1#${lsn}#1=${lsn}`
/** A compound token of about `bytes` bytes. */
const long = (bytes: number) =>
  Array.from({ length: Math.ceil(bytes / 20) }, (_, range) => `${1000 + range}:1#100000#1=1000`)
    .join(',')
    .slice(0, bytes)
const cut = (bytes: number) => (text: string) => text.slice(0, bytes)
const twice = (text: string) => `${text}, ${text}`

/** One scenario's carriers in a world of their own. */
function harness() {
  const clock = new ManualClock()
  const carriers = openCarriers()
  const resources = resourcesInMemory(clock)
  const random = seededRandom('carriers')
  const carry = async (
    kind: (typeof carrierKinds)[number],
    text: string,
    changes: Partial<CarryContext> = {},
  ): Promise<Delivery> => {
    const { signal } = new AbortController()
    const delivery = carriers[kind].carry(text, {
      workflow: 'w',
      run: 'r',
      options: {},
      delayMs: 0,
      damage: (same) => same,
      clock,
      random,
      signal,
      resources,
      ...changes,
    })
    await clock.advance(0)
    return delivery
  }
  return { clock, carry }
}

const travelling = carrierKinds.filter((kind) => kind !== 'none')
const stateOf = (sent: string, { token: text }: Delivery) =>
  carriedToken(new WireToken(sent), text === undefined ? undefined : new WireToken(text))

describe('a token of any kind arrives as it was sent', () => {
  test.each(travelling)('by %s', async (kind) => {
    const { carry } = harness()
    await fc.assert(
      fc.asyncProperty(anySessionToken, async (sent) => {
        const text = sent.reveal()
        fc.pre(!sent.isEmpty && text.length < 1200)
        expect(await carry(kind, text)).toEqual({ token: text, cause: undefined })
      }),
      { numRuns: 200 },
    )
  })

  test.each(travelling)('by %s also when it is damaged already: what travels is text', async (kind) => {
    const { carry } = harness()
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[\x21-\x7e]{1,100}$/), async (text) => {
        expect(await carry(kind, text)).toEqual({ token: text, cause: undefined })
      }),
      { numRuns: 200 },
    )
  })

  test('by none nothing', async () => {
    expect(await harness().carry('none', token(1))).toEqual({ token: undefined, cause: 'not-carried' })
  })
})

describe('what the way does to the text', () => {
  test.each([
    ['header', cut(7), 'behind'],
    ['header', cut(4), 'malformed'],
    ['header', () => ' ', 'lost'],
    ['header', twice, 'malformed'],
    // A cut within an escape leaves a member that nobody can read; a cookie is handed on as it is.
    ['baggage', cut(baggageCodec.encode(token(100)).length - 1), 'behind'],
    ['baggage', cut(baggageCodec.encode(token(100)).length - 4), 'lost'],
    ['cookie', cut(cookieCodec.encode(token(100)).length - 4), 'malformed'],
    ['cookie', cut(cookieCodec.encode(token(100)).length - 1), 'behind'],
    ['cookie', twice, 'malformed'],
    // The last member of a name counts, so a repetition does no harm.
    ['baggage', twice, 'intact'],
    ['redirect', cut(redirectCodec.encode(token(100)).length - 1), 'behind'],
    ['redirect', cut(10), 'lost'],
    ['body', cut(20), 'lost'],
    ['message', cut(20), 'lost'],
    ['store', cut(7), 'behind'],
    ['device', twice, 'malformed'],
  ] as const)('%s, case %#: %s', async (kind, damage, state) => {
    const delivery = await harness().carry(kind, token(100), { damage })
    expect(stateOf(token(100), delivery)).toBe(state)
    if (state === 'lost') expect(delivery.cause).toBe('unreadable')
  })
})

describe('limits', () => {
  test('a header has none by itself, and what the scenario sets is in bytes of its value', async () => {
    const { carry } = harness()
    const text = long(9000)
    expect(await carry('header', text)).toEqual({ token: text, cause: undefined })
    expect(await carry('header', text, { options: { limit: { bytes: 9000 } } })).toMatchObject({ token: text })
    expect(await carry('header', text, { options: { limit: { bytes: 8999 } } })).toEqual({
      token: undefined,
      cause: 'over-limit',
    })
  })

  test('nginx takes a line of 8 KiB, its end included; Node 16 KiB of names and values', async () => {
    const { carry } = harness()
    const arrives = async (server: 'nginx' | 'node', bytes: number) =>
      (await carry('header', long(bytes), { options: { limit: { server } } })).token !== undefined
    const around = 'x-session-token: \r\n'.length
    expect([await arrives('nginx', 8192 - around), await arrives('nginx', 8193 - around)]).toEqual([true, false])
    const name = 'x-session-token'.length
    expect([await arrives('node', 16_383 - name), await arrives('node', 16_384 - name)]).toEqual([true, false])
  })

  test('a browser keeps 4096 bytes of a cookie; it drops a larger one and sends the old one on', async () => {
    const { carry } = harness()
    expect(await carry('cookie', long(3200))).toEqual({ token: undefined, cause: 'over-limit' })
    expect(await carry('cookie', token(5))).toEqual({ token: token(5), cause: undefined })
    expect(await carry('cookie', long(3200))).toEqual({ token: token(5), cause: 'kept-older' })
    expect(await carry('cookie', long(3200), { workflow: 'another user' })).toMatchObject({ token: undefined })
    const overhead = cookieCodec.encode('').length + '; Path=/; Secure; HttpOnly; SameSite=Lax'.length
    const fits = 'a'.repeat(4096 - overhead)
    expect(await carry('cookie', fits)).toMatchObject({ token: fits, cause: undefined })
    expect(await carry('cookie', `${fits}a`)).toMatchObject({ cause: 'kept-older' })
  })

  test('a redirect stays below 8192 bytes of URL, or below what the scenario says', async () => {
    const { carry } = harness()
    const fits = 'a'.repeat(8192 - redirectCodec.encode('').length)
    const longer = `${fits}a`
    expect(await carry('redirect', fits)).toEqual({ token: fits, cause: undefined })
    expect(await carry('redirect', longer)).toEqual({ token: undefined, cause: 'over-limit' })
    expect(await carry('redirect', longer, { options: { limit: { bytes: 16_384 } } })).toMatchObject({ token: longer })
    // The host is no part of the request line.
    expect(await carry('redirect', longer, { options: { limit: { server: 'nginx' } } })).toMatchObject({
      token: longer,
    })
    const around = 'GET /continue?session= HTTP/1.1\r\n'.length
    const most = 'a'.repeat(8192 - around)
    expect(await carry('redirect', most, { options: { limit: { server: 'nginx' } } })).toMatchObject({ token: most })
    expect(await carry('redirect', `${most}a`, { options: { limit: { server: 'nginx' } } })).toMatchObject({
      cause: 'over-limit',
    })
  })

  test('baggage drops a member of more than 4096 bytes, what goes beyond 8192 bytes, and the 181st', async () => {
    const { carry } = harness()
    expect(await carry('baggage', 'a'.repeat(4096))).toEqual({ token: undefined, cause: 'over-limit' })
    const members = Array.from({ length: 200 }, (_, index) => ({ key: `k${index}`, value: 'v' }))
    expect(parseBaggage(printBaggage(members))).toEqual(members.slice(0, 180))
    const large = [1, 2, 3, 4].map((key) => ({ key: `k${key}`, value: 'v'.repeat(2500) }))
    const fitting = parseBaggage(printBaggage([...large, { key: 'small', value: 'v' }]))
    expect(fitting.map(({ key }) => key)).toEqual(['k1', 'k2', 'k3', 'small'])
    expect(printBaggage(large).length).toBeLessThanOrEqual(8192)
  })

  test("baggage keeps the members of others, and reads others' spelling", () => {
    expect(parseBaggage(baggageCodec.encode('t')).map(({ key }) => key)).toEqual([
      'tenant',
      'journey',
      'cosmos-session',
    ])
    expect(baggageCodec.decode('userId=alice , cosmos-session = 0%3A1%235;ttl=1 ,bad=%E0%A4%A')).toBe('0:1#5')
  })
})

describe('a queue that delivers at least once', () => {
  test('takes its time', async () => {
    const { clock, carry } = harness()
    let delivered: Delivery | undefined
    void carry('message', token(1), { delayMs: 20 }).then((delivery) => {
      delivered = delivery
    })
    await clock.advance(19)
    expect(delivered).toBeUndefined()
    await clock.advance(1)
    expect(delivered).toEqual({ token: token(1), cause: undefined })
  })

  test('the message before may come after it, but never one of another workflow', async () => {
    const { carry } = harness()
    const options = { reordering: 1 }
    expect(await carry('message', token(1), { options })).toMatchObject({ token: token(1) })
    expect(await carry('message', token(2), { options })).toEqual({ token: token(1), cause: 'kept-older' })
    expect(await carry('message', token(3), { options })).toEqual({ token: token(2), cause: 'kept-older' })
    expect(await carry('message', token(4), { options, workflow: 'other' })).toMatchObject({ token: token(4) })
  })

  test('an older message may come again, in its share of the deliveries', async () => {
    const { carry } = harness()
    let older = 0
    for (let lsn = 1; lsn <= 2000; lsn++) {
      const delivery = await carry('message', token(lsn), { options: { redelivery: 0.1 } })
      if (delivery.cause === 'kept-older') older++
      const seen = SessionToken.parse(delivery.token!)
      const behind = 'token' in seen ? BigInt(lsn) - seen.token.forRange('0')!.globalLsn : -1n
      expect(behind >= 0n && behind <= 8n).toBe(true)
    }
    expect(older / 2000).toBeCloseTo(0.1, 1)
  })
})

describe('a store', () => {
  test('forgets after its time to live', async () => {
    const { clock, carry } = harness()
    const resources = resourcesInMemory(clock)
    const shared = resources.store(undefined)
    await shared.put('k', 'v', 10)
    await clock.advance(9)
    expect(await shared.get('k')).toBe('v')
    await clock.advance(1)
    expect(await shared.get('k')).toBeUndefined()
    const forgetful = { put: async () => {}, get: async () => undefined }
    expect(await carry('store', token(1), { resources: { ...resources, store: () => forgetful } })).toEqual({
      token: undefined,
      cause: 'expired',
    })
  })

  test.each([
    ['refuses', () => Promise.reject(new Error('redis://user:secret@host is down'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('that %s costs the token and a second at most', async (_, call) => {
    const { clock, carry } = harness()
    const resources = { ...resourcesInMemory(clock), store: () => ({ put: call, get: call }) }
    let delivery: Delivery | undefined
    void carry('store', token(1), { resources }).then((result) => {
      delivery = result
    })
    await clock.advance(1000)
    expect(delivery).toEqual({ token: undefined, cause: 'store-unavailable' })
  })

  test('that hangs holds no run beyond its end', async () => {
    const { clock, carry } = harness()
    const hang = () => new Promise<never>(() => {})
    const resources = { ...resourcesInMemory(clock), store: () => ({ put: hang, get: hang }) }
    const run = new AbortController()
    const delivery = carry('store', token(1), { resources, signal: run.signal })
    run.abort()
    expect(await delivery).toEqual({ token: undefined, cause: 'store-unavailable' })
  })
})
