import { describe, expect, test } from 'vitest'
import { downgradeAttempts, rawToken, runOf, wallStartMs } from '../../test/http/support.ts'
import { RunHistory } from './history.ts'
import { runToJson } from './run-json.ts'

const historyOf = (...runs: ReturnType<typeof runOf>[]) => {
  const history = new RunHistory({ ordinaryPerScenario: 3, measuredPerScenario: 2, notablePerScenario: 2 })
  history.addScenario('travel-itinerary')
  for (const run of runs) history.record(run)
  return history
}
const kept = (index: number) => runOf({ id: `kept-${index}`, startedAtWallMs: wallStartMs + index })
const found = (index: number) => runOf({ id: `found-${index}`, token: 'lost', startedAtWallMs: wallStartMs + index })

describe('history', () => {
  test('a finding outlives a thousand good runs, and memory stays bounded', () => {
    const history = historyOf(found(0), ...Array.from({ length: 1000 }, (_, i) => kept(i + 1)))
    expect(history.list({ limit: 100 }).map(({ id }) => id)).toEqual(['kept-1000', 'kept-999', 'kept-998', 'found-0'])
    expect(history.find('found-0')?.finding).toBe('token-loss-latent')
    expect(history.find('kept-1')).toBeUndefined()
  })

  test('findings push out only older findings', () => {
    expect(
      historyOf(kept(0), found(1), found(2), found(3))
        .list({ limit: 9 })
        .map(({ id }) => id),
    ).toEqual(['found-3', 'found-2', 'kept-0'])
  })

  test('what a control is there to show pushes out no incident, but a broken promise of its own counts', () => {
    const control = (index: number, token: 'lost' | 'intact' = 'lost') =>
      runOf({
        id: `control-${index}`,
        arm: 'control',
        token,
        judgement: { verdict: 'stale', versionsBehind: 1 },
        startedAtWallMs: wallStartMs + index,
      })
    const history = historyOf(found(0), control(1, 'intact'), ...Array.from({ length: 100 }, (_, i) => control(i + 2)))
    expect(history.list({ limit: 9 }).map(({ id }) => id)).toEqual([
      'control-101',
      'control-100',
      'control-1',
      'found-0',
    ])
    expect(history.find('control-1')?.finding).toBe('broken-promise')
    expect(history.find('control-99')).toBeUndefined()
  })

  test('a run that crashed or was given up is worth looking at', () => {
    const ended = (['crashed', 'abandoned'] as const).map((result) => ({ ...kept(0), id: result, result }))
    const history = historyOf(...ended, kept(1), kept(2), kept(3), kept(4))
    for (const { id } of ended) expect(history.find(id)).toBeDefined()
  })

  test('lists by scenario and finding, newest first, no more than asked for', () => {
    const history = historyOf(kept(1), found(2), kept(3))
    expect(history.list({ finding: 'token-loss-latent', limit: 9 }).map(({ id }) => id)).toEqual(['found-2'])
    expect(history.list({ scenario: 'another', limit: 9 })).toEqual([])
    expect(history.list({ limit: 1 }).map(({ id }) => id)).toEqual(['kept-3'])
  })

  test('a removed scenario is forgotten, and never heard of again', () => {
    const history = historyOf(kept(1), found(2))
    history.removeScenario('travel-itinerary')
    history.record(kept(3))
    expect(history.list({ limit: 9 })).toEqual([])
    expect(history.find('found-2')).toBeUndefined()
  })
})

describe('a run as JSON', () => {
  const run = runOf({
    token: 'dropped',
    judgement: { verdict: 'stale', versionsBehind: 1 },
    attempts: downgradeAttempts,
  })

  test('shows each attempt, with the token by presence, size and fingerprint', () => {
    const read = runToJson(run, 'key').events.find(({ kind }) => kind === 'read')
    expect(read).toMatchObject({
      hop: 'itinerary',
      operationName: 'read_item',
      finding: 'silent-downgrade-seen',
      attempts: [
        {
          status: 404,
          substatus: 1002,
          meaning: 'read-session-not-available',
          tokenSent: { bytes: rawToken.length, parses: true },
        },
        { status: 200, tokenSent: null },
      ],
    })
    expect(JSON.stringify(runToJson(run, 'key'))).toMatch(/"fingerprint":"st:[0-9a-f]{8}"/)
    expect(JSON.stringify(runToJson(run, 'key'))).not.toContain(rawToken)
  })

  test('fingerprints mean nothing under another key', () => {
    const prints = (key: string) => JSON.stringify(runToJson(run, key)).match(/st:[0-9a-f]{8}/)?.[0]
    expect(prints('one')).toBe(prints('one'))
    expect(prints('one')).not.toBe(prints('two'))
  })

  test('a problem is scrubbed', () => {
    expect(runToJson(runOf({ problem: `boom at ${rawToken}!` }), 'key').problem).toBe(
      'boom at [session token removed]!',
    )
  })
})
