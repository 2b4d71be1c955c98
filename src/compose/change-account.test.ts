import { expect, test } from 'vitest'
import type { AsyncControl } from '../simulator/control-calls.ts'
import { startSimulatorWorker } from '../simulator/worker.ts'
import { changeAccountBy } from './change-account.ts'

const container = { database: 'd', container: 'c' }

/** Records what is called, and splits range 0 into 1 and 2. */
function recordingControl() {
  const calls: unknown[][] = []
  const control = new Proxy({} as AsyncControl, {
    get:
      (_, name) =>
      (...values: unknown[]) => {
        calls.push([name, ...values])
        return Promise.resolve(name === 'splitRange' ? ['1', '2'] : undefined)
      },
  })
  return { calls, control }
}

test('each change is the control call of its name, and a merge is of what the last split made', async () => {
  const { calls, control } = recordingControl()
  const change = changeAccountBy(control)
  expect(await change({ change: 'failover', to: 'North Europe' }, container)).toBeUndefined()
  await change({ change: 'split' }, container)
  await change({ change: 'merge' }, container)
  await change({ change: 'recreate' }, container)
  expect(calls).toEqual([
    ['failover', 'North Europe'],
    ['splitRange', 'd', 'c'],
    ['mergeRanges', 'd', 'c', ['1', '2']],
    ['recreateContainer', 'd', 'c'],
  ])
})

test('what the simulator refuses is told by its reason', async () => {
  const simulator = await startSimulatorWorker({ regions: ['West Europe'] })
  try {
    const change = changeAccountBy(simulator)
    expect(await change({ change: 'failover', to: 'Atlantis' }, container)).toMatch(/Atlantis/)
    expect(await change({ change: 'split' }, container)).toMatch(/no database|no container|there is no/i)
  } finally {
    await simulator.close()
  }
})
