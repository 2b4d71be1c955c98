import { expect, test } from 'vitest'
import { judgeReadiness } from './readiness.ts'

const up = { name: 'default', wasReached: true, isUp: true }

test.each([
  [
    'nothing scheduled',
    { scheduledScenarios: 0, loadedScenarios: 2, targets: [up] },
    'starting',
    ['no scenario is scheduled'],
  ],
  [
    'never reached',
    {
      scheduledScenarios: 1,
      loadedScenarios: 1,
      targets: [{ name: 'a', wasReached: false, isUp: false, problem: 'refused' }],
    },
    'starting',
    ['target "a" has not been reached yet: refused'],
  ],
  ['a shard without scenarios', { scheduledScenarios: 0, loadedScenarios: 0, targets: [up] }, 'ready', []],
  [
    'taken off its schedule by a reload',
    { scheduledScenarios: 0, loadedScenarios: 1, wereScheduled: true, targets: [up] },
    'degraded',
    ['no scenario is scheduled'],
  ],
  ['all well', { scheduledScenarios: 1, loadedScenarios: 1, targets: [up] }, 'ready', []],
  [
    'lost later',
    { scheduledScenarios: 1, loadedScenarios: 1, targets: [up, { name: 'b', wasReached: true, isUp: false }] },
    'degraded',
    ['target "b" does not answer now'],
  ],
  [
    'a container gone later, and one that never was there',
    {
      scheduledScenarios: 1,
      loadedScenarios: 2,
      targets: [up],
      troubled: [
        { name: 'a', isRunning: true, problem: 'travel/gone does not exist' },
        { name: 'b', isRunning: false, problem: 'AccountKey=c2VjcmV0c2VjcmV0c2VjcmV0; is no container' },
      ],
    },
    'degraded',
    [
      'scenario "a" has runs that fail, because its container is not as it was: travel/gone does not exist',
      expect.stringMatching(/^scenario "b" cannot start: (?!.*c2Vj)/),
    ],
  ],
])('%s', (_, state, status, reasons) => {
  expect(judgeReadiness(state)).toMatchObject({ ready: status !== 'starting', status, reasons })
})
