import { SeverityNumber, trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { createLogger, LineTap } from '../logger.ts'
import { runReference } from '../run-reference.ts'
import { logRecord } from './log-records.ts'

function recordsOf(write: (logger: ReturnType<typeof createLogger>) => void) {
  const tap = new LineTap()
  const lines: string[] = []
  tap.listener = (line) => lines.push(line)
  write(createLogger({ level: 'debug', destination: { write: () => {} }, tap }))
  return lines.map(logRecord)
}

describe('a line of the log as a record', () => {
  test('says what the line says, in the trace of its run', () => {
    const [record] = recordsOf((logger) =>
      logger.warn(
        {
          ...runReference('0123456789abcdef'),
          scenario: 'kept',
          versionsBehind: 2,
          carries: ['a → b: lost'],
          nested: { n: 1 },
        },
        'found',
      ),
    )
    expect(record).toMatchObject({
      severityNumber: SeverityNumber.WARN,
      severityText: 'WARN',
      body: 'found',
      timestamp: expect.any(Number),
      attributes: {
        'hopwatch.run': '0123456789abcdef',
        'hopwatch.scenario': 'kept',
        'hopwatch.versions_behind': 2,
        'hopwatch.carries': ['a → b: lost'],
        'hopwatch.nested': '{"n":1}',
      },
    })
    expect(trace.getSpanContext(record!.context!)).toMatchObject({
      traceId: expect.stringMatching(/0123456789abcdef$/),
      spanId: '0123456789abcdef',
    })
  })

  test('an error is an exception', () => {
    const [record] = recordsOf((logger) => logger.error({ err: new TypeError('no') }, 'failed'))
    expect(record?.attributes).toMatchObject({ 'exception.type': 'TypeError', 'exception.message': 'no' })
    expect(record?.context).toBeUndefined()
  })

  test('what the log scrubs does not leave this way either', () => {
    const [record] = recordsOf((logger) =>
      logger.info({ note: 'with 0:-1#4711#3=4242 in it', key: 'a' }, 'x 0:1#22#3=4'),
    )
    expect(JSON.stringify([record?.body, record?.attributes])).not.toMatch(/4711|#22/)
  })

  test('what is no line of ours is no record', () => {
    for (const line of ['', 'not json', '[]', '"text"', '{"msg":"x"}']) expect(logRecord(line)).toBeUndefined()
  })
})
