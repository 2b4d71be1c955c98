import { describe, expect, test } from 'vitest'
import { logLineForPeople } from './log-for-people.ts'
import { createLogger, LineTap } from './logger.ts'

/** What a terminal shows, and what OpenTelemetry is given. */
function logged(log: (logger: ReturnType<typeof createLogger>) => void) {
  const shown: string[] = []
  const tapped: string[] = []
  const tap = new LineTap()
  tap.listener = (line) => void tapped.push(line)
  const destination = { write: (text: string) => void shown.push(text) }
  log(createLogger({ level: 'info', destination, tap, isForPeople: true }))
  return { shown: shown.join(''), tapped: tapped.join('') }
}

describe('a log line on a terminal', () => {
  test('is time, level, sentence and facts; what others are given stays JSON', () => {
    const { shown, tapped } = logged((logger) =>
      logger.info(
        { consistency: 'Session', readRegions: ['West Europe', 'East US'], count: 2, trace_id: 'ab' },
        'target is up',
      ),
    )
    expect(shown).toMatch(
      /^\d\d:\d\d:\d\d info {3}target is up {2}consistency=Session readRegions="West Europe, East US" count=2\n$/,
    )
    expect(JSON.parse(tapped)).toMatchObject({ level: 'info', msg: 'target is up', count: 2, trace_id: 'ab' })
  })

  test('without facts is the sentence', () => {
    expect(logged((logger) => logger.warn('stopped')).shown).toMatch(/^[\d:]{8} warn {3}stopped\n$/)
  })

  test('has the stack of an error, and nothing that is secret', () => {
    const { shown } = logged((logger) => logger.error({ err: new Error('no'), key: 'secret' }, 'failed'))
    expect(shown).toMatch(/ error {2}failed {2}err="no" key="\[removed\]"\nError: no\n {4}at /)
  })

  test('cannot steer the terminal', () => {
    const line = { level: 'info', time: '2026-01-01T00:00:00.000Z', msg: 'a\u001b[2Jb', hop: '\u009b2J\u001b[31m' }
    expect(logLineForPeople(JSON.stringify(line))).toBe('00:00:00 info   a[2Jb  hop="2J\\u001b[31m"\n')
  })
})
