import { describe, expect, test } from 'vitest'
import {
  downgradeAttempts,
  publicationFor,
  type RunChoices,
  runOf,
  scenarioOf,
  wallStartMs,
} from '../../test/http/support.ts'
import { ManualClock } from '../base/clock.ts'
import { readStatus } from './status.ts'

const up = { name: 'default', wasReached: true, isUp: true }
const names = ['travel-itinerary', 'billing-invoice']

async function headline(runs: readonly RunChoices[], { targets = [up], scenarios = names, laterMs = 0 } = {}) {
  const clock = new ManualClock(wallStartMs)
  const loaded = scenarios.map((name) => scenarioOf(name))
  const { sink, totals, recent } = publicationFor(loaded, { clock })
  for (const [index, choices] of runs.entries()) sink.record(runOf({ id: `${index}`, ...choices }))
  await clock.advance(laterMs)
  const times = { startedAtWallMs: wallStartMs, nowWallMs: clock.wallMs() }
  const readiness = { scheduledScenarios: loaded.length, loadedScenarios: loaded.length, targets }
  const configuration = { isSuccessful: true, lastSuccessWallMs: wallStartMs, problems: [] }
  return readStatus({ scenarios: loaded, totals, recent, readiness, configuration, version: '0', ...times }).headline
}

const both: RunChoices[] = names.map((scenario) => ({ scenario }))
const stale = { verdict: 'stale', versionsBehind: 1 } as const

describe('the headline', () => {
  test.each<[string, RunChoices[], string, string]>([
    ['no read yet', [], 'quiet', 'Waiting for the first reads of 2 journeys'],
    ['all fresh', both, 'good', 'All 2 journeys read what they wrote'],
    ['one silent', [{}], 'good', '1 of 2 journeys read what they wrote'],
    [
      'stale without a token, on purpose',
      [...both, { arm: 'control', token: 'lost', judgement: stale }],
      'good',
      'All 2 journeys read what they wrote',
    ],
    ['stale', [...both, { token: 'behind', judgement: stale }], 'bad', 'travel-itinerary: 1 of 2 reads was stale'],
    [
      'a broken promise',
      [...both, { judgement: stale }, { judgement: stale }],
      'bad',
      'travel-itinerary: 2 of 3 reads were stale although the consistency level promised better',
    ],
    [
      'a broken promise in another arm',
      [...both, { arm: 'control', judgement: stale }],
      'bad',
      'travel-itinerary: 1 of 2 reads was stale although the consistency level promised better',
    ],
    [
      'a latent loss',
      [...both, { token: 'lost' }],
      'notice',
      'travel-itinerary: 1 of 2 reads went without the token; luck alone kept them fresh',
    ],
    [
      'a lucky downgrade',
      [...both, { token: 'dropped', attempts: downgradeAttempts }],
      'notice',
      'travel-itinerary: the SDK dropped the token in 1 of 2 reads; luck alone kept them fresh',
    ],
    [
      'a failed read',
      [...both, { judgement: { verdict: 'failed', reason: 'timeout' } }],
      'notice',
      'travel-itinerary: 1 of 2 reads failed',
    ],
  ])('%s', async (_, runs, tone, sentence) => {
    expect(await headline(runs)).toMatchObject({ tone, sentence })
  })

  test('the worst comes first, the rest beside it', async () => {
    const found = await headline([
      ...both,
      { token: 'lost' },
      { scenario: 'billing-invoice', token: 'behind', judgement: stale },
    ])
    expect(found.sentence).toBe('billing-invoice: 1 of 2 reads was stale')
    expect(found.detail).toBe('travel-itinerary: 1 of 2 reads went without the token; luck alone kept them fresh.')
  })

  test('a target that is down goes before everything', async () => {
    const found = await headline(both, { targets: [{ ...up, isUp: false }] })
    expect(found).toMatchObject({ tone: 'bad', sentence: 'No answer from target “default”' })
  })

  test('a target that nobody has asked yet is no trouble', async () => {
    const found = await headline([], { targets: [{ name: 'default', wasReached: false, isUp: false }] })
    expect(found).toMatchObject({ tone: 'quiet', sentence: 'Reaching target “default”' })
  })

  test('what was stale earlier is no longer the headline, and not hidden', async () => {
    const clockwork = await headline([{ token: 'behind', judgement: stale }], {
      scenarios: ['travel-itinerary'],
      laterMs: 400_000,
    })
    expect(clockwork).toEqual({ tone: 'quiet', sentence: 'Waiting for the first read', detail: '' })
  })

  test('no scenario', async () => {
    expect(await headline([], { scenarios: [] })).toMatchObject({ tone: 'quiet', sentence: 'No journeys are loaded' })
  })
})
