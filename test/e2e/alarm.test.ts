import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { writeScenario } from './files.ts'
import { makeFolder } from './process.ts'
import { get, getJson, metricsWhere, startServe, sum } from './service.ts'

// Two starts of a process that may have to wait for a processor.
vi.setConfig({ testTimeout: 120_000 })

interface Alarm {
  readonly kind: string
  readonly isRaised: boolean
  readonly raisedAtWallMs?: number
  readonly toleratedRate: number
  readonly runsPerFalseAlarm: number
  readonly places: readonly { readonly place: string; readonly runs: number }[]
}
const tokenLossAlarm = async (address: string): Promise<Alarm> => {
  const { scenarios } = await getJson<{ scenarios: { alarms: Alarm[] }[] }>(address, '/api/v1/scenarios')
  return scenarios[0]!.alarms.find(({ kind }) => kind === 'tokenLoss')!
}

/** Each process begins well, long enough for an alarm to clear, and loses every token from its sixth second on. */
const journey =
  '[{ write: upsert, at: writer }, { carry: header, to: reader, faults: [{ token: lost, schedule: { after: 5s } }] }, { read: point, at: reader }]'

test('a journey that loses its tokens raises the alarm, which names where, outlives a restart, and clears', async () => {
  const cwd = await makeFolder()
  await writeScenario(cwd, 'journey', { every: '100ms', journey })
  const serve = () => startServe(['--data-dir', join(cwd, 'data'), '--false-alarms', '1 per 30d'], { cwd })
  const alarm = (address: string, value: number) =>
    metricsWhere(address, `alarm ${value}`, (series) => sum(series, 'hopwatch_token_loss_alarm') === value)

  const first = await serve()
  await alarm(first.address, 0)
  const raised = await alarm(first.address, 1)
  expect(sum(raised, 'hopwatch_token_loss_evidence')).toBe(1)
  const told = await tokenLossAlarm(first.address)
  expect(told).toMatchObject({ isRaised: true, places: [{ place: 'writer → reader by header' }] })
  // Ten runs a second for 30 days, of which the token-loss alarm has nine tenths of the false alarms.
  expect(told.runsPerFalseAlarm).toBe(25_920_000 / 0.9)
  expect((await get(first.address, '/')).text).toMatch(
    /reads lose their token more often than chance explains, most of them at writer → reader by header/,
  )
  await first.process.says(/"level":"error".*"from":"writer","to":"reader","carrier":"header".*token-loss alarm/)
  first.process.signal('SIGTERM')
  await first.process.ended

  const second = await serve()
  await second.process.says(/token-loss alarm: still raised from before/)
  expect((await tokenLossAlarm(second.address)).raisedAtWallMs).toBe(told.raisedAtWallMs)
  await second.process.says(/token-loss alarm cleared/)
})
