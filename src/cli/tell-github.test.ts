import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runOf, scenarioOf } from '../../test/http/support.ts'
import { Totals } from '../publish/totals.ts'
import { checkReport } from './check-report.ts'
import { tellGithub } from './tell-github.ts'

const failing = () => {
  const scenario = scenarioOf('travel-itinerary')
  const totals = new Totals()
  totals.addScenario(scenario)
  for (let run = 0; run < 20; run++)
    totals.record(runOf({ token: 'lost', judgement: { verdict: 'stale', versionsBehind: 1 } }))
  return checkReport([scenario], totals.snapshot(), { seed: 1, startedAtWallMs: 0 })
}

const told = async (env: Record<string, string>) => {
  const written: string[] = []
  await tellGithub(failing(), env, { write: (text: string) => written.push(text) > 0 })
  return written.join('')
}

test('in GitHub Actions a failed scenario is one annotation on one line, and a row of the summary', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hopwatch-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const summary = join(folder, 'summary.md')
  const text = await told({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary })
  expect(text).toMatch(
    /^::error title=hopwatch travel-itinerary::BROKEN +stale reads: 100%25 .*%0ABROKEN +token loss.*\n$/,
  )
  expect(await readFile(summary, 'utf8')).toContain('| **FAIL** | travel-itinerary | broken: stale reads: 100%')
})

test('a summary that cannot be written is said; elsewhere nothing is', async () => {
  expect(await told({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/nowhere/at/all' })).toContain('cannot be written')
  expect(await told({})).toBe('')
})
