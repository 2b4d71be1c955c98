import { describe, expect, test } from 'vitest'
import { downgradeAttempts, rawToken, runOf } from '../../test/http/support.ts'
import { ManualClock } from '../base/clock.ts'
import { runSpanId, runTraceId } from '../protocol/trace-context.ts'
import { LogSink } from './log-sink.ts'
import { createLogger, type LogLevel } from './logger.ts'

type Line = Record<string, unknown> & { level: string; msg: string }

function logging(level: LogLevel = 'debug') {
  const clock = new ManualClock()
  const text: string[] = []
  const logger = createLogger({ level, destination: { write: (line) => void text.push(line) } })
  return {
    clock,
    logger,
    sink: new LogSink(logger, clock),
    text,
    lines: () => text.map((line) => JSON.parse(line) as Line),
  }
}

const latent = (id: string) => runOf({ id, token: 'lost' })
const broken = (arm: string) => runOf({ arm, judgement: { verdict: 'stale', versionsBehind: 1 } })

describe('log lines of runs', () => {
  test('a finding in an arm that carries the token is one line at info, with the facts', () => {
    const { sink, lines } = logging('info')
    sink.record(
      runOf({
        id: 'r1',
        token: 'dropped',
        judgement: { verdict: 'stale', versionsBehind: 2 },
        attempts: downgradeAttempts,
      }),
    )
    sink.record(runOf({ id: 'r2' }))
    expect(lines()).toHaveLength(1)
    expect(lines()[0]).toMatchObject({
      level: 'info',
      run: 'r1',
      trace_id: runTraceId('r1'),
      span_id: runSpanId('r1'),
      scenario: 'travel-itinerary',
      arm: 'propagated',
      finding: 'silent-downgrade-seen',
      hop: 'itinerary',
      region: 'North Europe',
      verdict: 'stale',
      versionsBehind: 2,
      token: 'dropped',
      attempts: [`North Europe 404/1002 with token (${rawToken.length} bytes)`, 'North Europe 200 without token'],
    })
    expect(lines()[0]?.msg).toContain('silent downgrade')
  })

  test('the carry that lost the token is named, with the reason', () => {
    const { sink, lines } = logging()
    const carry = { kind: 'carry', from: 'gateway', to: 'itinerary', carrier: 'store', tokenBytes: 9 } as const
    const run = latent('r1')
    const carries = [
      { ...carry, token: 'intact' },
      { ...carry, token: 'lost', cause: 'store-unavailable' },
      { ...carry, token: 'behind' },
    ] as const
    sink.record({ ...run, events: [...carries, ...run.events.filter(({ kind }) => kind === 'read')] })
    expect(lines()[0]).toMatchObject({
      carries: ['gateway → itinerary by store: lost (store-unavailable)', 'gateway → itinerary by store: behind'],
    })
  })

  test.each([
    ['a broken promise, where the token is carried', broken('propagated'), 'error'],
    ['a broken promise, where it is not', broken('control'), 'error'],
    ['a loss on purpose', runOf({ arm: 'control', token: 'lost' }), 'debug'],
    ['a kept promise', runOf(), 'debug'],
    ['a fault of our own', { ...runOf(), result: 'crashed' as const, finding: undefined, problem: 'boom' }, 'error'],
    ['a run past its deadline', { ...runOf(), result: 'abandoned' as const, finding: undefined }, 'warn'],
  ])('%s', (_, run, level) => {
    const { sink, lines } = logging()
    sink.record(run)
    expect(lines().map((line) => line.level)).toEqual([level])
  })

  test('endless findings: ten a minute, then one line that says how many more', async () => {
    const { sink, lines, clock } = logging('info')
    for (let i = 0; i < 100; i++) sink.record(latent(`r${i}`))
    sink.record(broken('propagated'))
    expect(lines()).toHaveLength(11)
    await clock.advance(60_000)
    sink.record(runOf())
    expect(lines()).toHaveLength(12)
    expect(lines()[11]).toMatchObject({ held: 90, kind: 'travel-itinerary, propagated: token-loss-latent' })
    sink.record(latent('again'))
    expect(lines()).toHaveLength(13)
  })

  test('what is held back is said at the end', () => {
    const { sink, lines } = logging('info')
    for (let i = 0; i < 12; i++) sink.record(latent(`r${i}`))
    sink.close()
    expect(lines().at(-1)).toMatchObject({ held: 2 })
  })

  test('missed runs: one line a minute and reason', () => {
    const { sink, lines } = logging('info')
    for (let i = 0; i < 50; i++) sink.missed('travel-itinerary', 'overlap', 1)
    expect(lines()).toHaveLength(1)
  })
})

describe('the logger', () => {
  test('removes secrets by name and by shape, errors and their stacks included', () => {
    const { logger, text } = logging()
    const secret = `AccountKey=${'abc/+9Z='.repeat(8)}`
    logger.info({
      authorization: 'hush',
      target: { key: 'hush', connectionString: 'hush' },
      headers: { 'x-ms-session-token': 'hush' },
    })
    logger.error({ err: new Error(`refused: ${rawToken} ${secret}`) }, `with ${secret}`)
    const all = text.join('')
    expect(all).not.toMatch(/hush|4711|abc\/\+9Z/)
    expect(text.every((line) => typeof JSON.parse(line) === 'object')).toBe(true)
  })
})
