import { afterEach, describe, expect, test } from 'vitest'
import type { ReloadOutcome, ReloadState } from '../../src/http/reload.ts'
import { scenarioOf, serve, wallStartMs } from './support.ts'

const apiToken = 'a-token-of-the-test'
const opened: { close(): Promise<void> }[] = []
const open = async (changes: Parameters<typeof serve>[1]) => {
  const served = await serve([scenarioOf('travel-itinerary')], { apiToken, ...changes })
  opened.push(served)
  return served
}
afterEach(async () => {
  for (const served of opened.splice(0)) await served.close()
})

const bad = {
  file: 'scenarios/a.yaml',
  line: 3,
  column: 7,
  message: `unknown key "<b>" beside AccountKey=${'k'.repeat(40)};`,
  instead: 'write "journey"',
}
const post = { method: 'POST', headers: { authorization: `Bearer ${apiToken}` } }

describe('POST /-/reload', () => {
  test('answers with what it meant for each scenario', async () => {
    const change = { added: ['a'], changed: ['b'], removed: ['c'], unchanged: ['d'] }
    const { get } = await open({ reload: async () => ({ change }) })
    const response = await get('/-/reload', post)
    expect([response.status, await response.json()]).toEqual([200, { status: 'reloaded', ...change }])
  })

  test('answers 400 with each problem and its place, and no secret', async () => {
    const { get } = await open({ reload: async () => ({ problems: [bad] }) })
    const response = await get('/-/reload', post)
    expect(response.status).toBe(400)
    const { problems } = (await response.json()) as { problems: ReloadOutcome['problems'] }
    expect(problems).toMatchObject([{ file: 'scenarios/a.yaml', line: 3, column: 7, instead: 'write "journey"' }])
    expect(JSON.stringify(problems)).not.toContain('kkk')
  })

  test('needs the token, and is no GET', async () => {
    let reloads = 0
    const reload = async () => {
      reloads++
      return { problems: [] }
    }
    const { get } = await open({ reload })
    expect((await get('/-/reload', { method: 'POST' })).status).toBe(401)
    expect((await get('/-/reload')).status).toBe(405)
    const closed = await open({ reload, apiToken: undefined })
    expect((await closed.get('/-/reload', { method: 'POST' })).status).toBe(403)
    expect(reloads).toBe(0)
  })
})

test('the status and the page say what is wrong with the files, as text', async () => {
  let state: ReloadState = { isSuccessful: true, lastSuccessWallMs: wallStartMs - 90_000, problems: [] }
  const { get } = await open({ configuration: () => state })
  expect(await (await get('/')).text()).not.toContain('not in order')
  state = { ...state, isSuccessful: false, problems: [bad] }
  const page = await (await get('/')).text()
  expect(page).toContain('are not in order')
  expect(page).toContain('scenarios/a.yaml:3:7: unknown key &quot;&lt;b&gt;&quot;')
  const status = await (await get('/api/v1/scenarios')).json()
  expect(status).toMatchObject({ configuration: { isSuccessful: false, problems: [{ file: 'scenarios/a.yaml' }] } })
  expect(page + JSON.stringify(status)).not.toContain('kkk')
})
