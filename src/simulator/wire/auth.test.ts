import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { authorizeWith, type SignedRequest } from './auth.ts'

const key = Buffer.from('the key of this test').toString('base64')
const date = 'Sun, 22 Nov 2026 09:19:23 GMT'

function sign(payload: string, withKey = key): string {
  const signature = createHmac('sha256', Buffer.from(withKey, 'base64')).update(payload).digest('base64')
  return `type=master&ver=1.0&sig=${signature}`
}

const honest: SignedRequest = {
  method: 'GET',
  resourceType: 'docs',
  signedLink: 'dbs/D b/colls/é/docs/I',
  date,
  authorization: encodeURIComponent(sign('get\ndocs\ndbs/D b/colls/é/docs/I\nsun, 22 nov 2026 09:19:23 gmt\n\n')),
}
const authorize = authorizeWith(key)

describe('authorizeWith', () => {
  test('lets a request signed with the key pass, percent-encoded in any case or not at all', () => {
    expect(authorize(honest)).toBeUndefined()
    expect(authorize({ ...honest, authorization: decodeURIComponent(honest.authorization!) })).toBeUndefined()
    const lower = honest.authorization!.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
    expect(authorize({ ...honest, authorization: lower })).toBeUndefined()
  })

  test('lets an offer pass by its bare id in lower case, as the SDK signs it', () => {
    const offer = { method: 'PUT', resourceType: 'offers', signedLink: 'offers/AbC', date }
    const authorization = sign('put\noffers\nabc\nsun, 22 nov 2026 09:19:23 gmt\n\n')
    expect(authorize({ ...offer, authorization })).toBeUndefined()
    expect(authorize({ ...offer, resourceType: 'docs', authorization })?.status).toBe(401)
  })

  test.each<[string, Partial<Record<keyof SignedRequest, string | undefined>>, number, string]>([
    ['another key', { authorization: sign('get\ndocs\n…', 'b3RoZXI=') }, 401, "can't serve the request"],
    ['another verb', { method: 'PUT' }, 401, 'put\\ndocs\\n'],
    ['another link', { signedLink: 'dbs/D b/colls/é/docs/i' }, 401, 'docs/i'],
    ['another date', { date: 'Sun, 22 Nov 2026 09:19:24 GMT' }, 401, '09:19:24'],
    ['no header', { authorization: undefined }, 401, "'authorization' is missing"],
    ['no date', { date: undefined }, 401, "'x-ms-date' is missing"],
    ['a short signature', { authorization: 'type=master&ver=1.0&sig=AAAA' }, 401, "can't serve the request"],
    ['no signature', { authorization: 'Bearer x' }, 401, 'type=master'],
    ['broken encoding', { authorization: '%E9%' }, 401, 'URL encoding'],
    ['a Microsoft Entra token', { authorization: 'type=aad&ver=1.0&sig=ey' }, 501, 'Microsoft Entra'],
    ['a resource token', { authorization: 'type=resource&ver=1&sig=x' }, 501, 'resource tokens'],
  ])('refuses %s', (_name, change, status, words) => {
    const reply = authorize({ ...honest, ...change })
    expect(reply).toMatchObject({ status, body: { message: expect.stringContaining(words) } })
  })

  test('a refusal shows neither the key nor a signature', () => {
    const text = JSON.stringify(authorize({ ...honest, method: 'PUT' }))
    expect(text).not.toContain(key)
    expect(text).not.toContain(createHmac('sha256', Buffer.from(key, 'base64')).update('put').digest('base64'))
    expect(text).not.toMatch(/sig=[A-Za-z0-9]/)
  })
})
