import { describe, expect, test } from 'vitest'
import { explainFailure, statusOf } from './explain.ts'
import { TargetProblem } from './target-problem.ts'

const endpoint = new URL('https://contoso.documents.azure.com:443/')
const answered = (code: number, substatus?: number) =>
  Object.assign(new Error('what the service said'), { code, ...(substatus !== undefined && { substatus }) })
const named = (name: string) => Object.assign(new Error('no identity here'), { name })

describe('why an account cannot be used', () => {
  test.each([
    ['a wrong key', answered(401), 'refused', 'check that the key'],
    ['a firewall', answered(403), 'refused', 'firewall'],
    ['no identity', named('CredentialUnavailableError'), 'refused', 'managed identity'],
    ['no identity of many', named('AggregateAuthenticationError'), 'refused', 'managed identity'],
    ['something else than Cosmos DB', answered(404), 'misconfigured', 'for NoSQL'],
    ['an outage', answered(503), 'unreachable', 'network'],
    ['throttling', answered(429, 3200), 'unreachable', 'network'],
    ['a connection', Object.assign(new Error('connect ECONNRESET'), { code: 'ECONNRESET' }), 'unreachable', 'network'],
    ['no error at all', 'thrown text', 'unreachable', 'network'],
  ])('%s', (_, error, kind, remedy) => {
    const problem = explainFailure(error, 'reading the account', endpoint)
    expect(problem.kind).toBe(kind)
    expect(problem.remedy).toContain(remedy)
    expect(problem.message).toContain('https://contoso.documents.azure.com')
    expect(explainFailure(problem, 'doing more', endpoint)).toBe(problem)
  })

  test('a refused key is named by where it came from, without the key', () => {
    const { remedy } = explainFailure(answered(401), 'reading the account', endpoint, [], { secretFrom: 'COSMOS_KEY' })
    expect(remedy).toContain('check that the key in COSMOS_KEY belongs to this account')
    // A mounted secret may hold the new key by now: then what is there is right, and what runs is not.
    expect(remedy).toContain('restart hopwatch once it has changed')
  })

  test('a refused key of a file needs no restart, and what is wrong with the file comes first', () => {
    const remedyOf = (keyProblem?: TargetProblem) =>
      explainFailure(answered(401), 'reading the account', endpoint, [], { keyCanChange: true, keyProblem }).remedy
    expect(remedyOf()).toContain('no restart is needed')
    expect(remedyOf(new TargetProblem('misconfigured', 'it is not base64', 'copy it whole'))).toBe(
      'it is not base64: copy it whole',
    )
  })

  test.each([
    [20, 'it is 20 minutes ahead of the account'],
    [-60, 'it is 60 minutes behind the account'],
    [14, 'check that the key'],
  ])('a refusal while the clock is %i minutes ahead', (aheadMinutes, remedy) => {
    const date = 'Sun, 22 Nov 2026 09:00:00 GMT'
    const refused = Object.assign(answered(401), { headers: { date } })
    const nowWallMs = Date.parse(date) + aheadMinutes * 60_000
    expect(explainFailure(refused, 'reading the account', endpoint, [], { nowWallMs }).remedy).toContain(remedy)
  })

  test.each([
    [7, 'set the clock of this machine: it is 7 minutes ahead'],
    [-20, 'set the clock of this machine: it is 20 minutes behind'],
    [0, 'check the account'],
  ])('Azure refuses a wrong clock with 403: %i minutes ahead', (aheadMinutes, remedy) => {
    const said = 'The authorization token is not valid at the current time. Please create another token and retry'
    const date = 'Sun, 22 Nov 2026 09:00:00 GMT'
    const refused = Object.assign(new Error(said), { code: 403, headers: { date } })
    const nowWallMs = Date.parse(date) + aheadMinutes * 60_000
    expect(explainFailure(refused, 'reading the account', endpoint, [], { nowWallMs }).remedy).toContain(remedy)
  })

  test.each([
    ['ENOTFOUND', 'privatelink.documents.azure.com'],
    ['ECONNREFUSED', 'nothing listens there'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
  ])('%s has a remedy of its own', (code, remedy) => {
    for (const error of [Object.assign(new Error('failed'), { code }), new Error(`connect ${code} 127.0.0.1:9`)])
      expect(explainFailure(error, 'reading the account', endpoint)).toMatchObject({
        kind: 'unreachable',
        remedy: expect.stringContaining(remedy),
      })
  })

  test('only a number is a status', () => {
    expect(statusOf(answered(404, 1002))).toEqual({ status: 404, substatus: 1002 })
    expect(statusOf(Object.assign(new Error(), { code: 'ECONNRESET' }))).toEqual({
      status: undefined,
      substatus: undefined,
    })
    expect(statusOf('text')).toEqual({ status: undefined, substatus: undefined })
  })
})
