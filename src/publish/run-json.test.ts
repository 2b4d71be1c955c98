import { expect, test } from 'vitest'
import { attemptOf, rawToken, runOf } from '../../test/http/support.ts'
import { runToJson } from './run-json.ts'

test('an attempt shows by which id support finds it, and of its token no more than presence, size and a fingerprint', () => {
  const run = runOf({ attempts: [attemptOf({ activityId: '6f2a1c9e', received: undefined })] })
  const json = JSON.stringify(runToJson(run, 'key'))
  expect(json).toMatch(/"activityId":"6f2a1c9e","tokenSent":\{"bytes":23,"parses":true,"fingerprint":"st:[^"]+"\}/)
  expect(json).toContain('"tokenReceived":null')
  expect(json).not.toContain(rawToken)
})
