import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { runTraceId } from '../../protocol/trace-context.ts'
import { createSampler, samples } from './sampler.ts'

const ids = Array.from({ length: 2000 }, (_, index) => runTraceId((index + 1).toString(16).padStart(16, '7')))

function share(env: Record<string, string>, context = ROOT_CONTEXT) {
  const problems: string[] = []
  const sampler = createSampler(env, (problem) => problems.push(problem))
  return { share: ids.filter((id) => samples(sampler, context, id, 'run')).length / ids.length, problems }
}

const calledWith = (traceFlags: TraceFlags) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId: ids[0]!, spanId: '1234567890abcdef', traceFlags, isRemote: true })

describe('OTEL_TRACES_SAMPLER', () => {
  test.each([
    [{}, 1],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, 0],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, 1],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, 0],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 0],
  ])('%o', (env, expected) => {
    expect(share(env)).toEqual({ share: expected, problems: [] })
  })

  test('a ratio keeps its share of the runs', () => {
    for (const ratio of [0.1, 0.5]) {
      const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: String(ratio) }
      expect(Math.abs(share(env).share - ratio)).toBeLessThan(0.05)
    }
  })

  test('a hop goes by what its caller said', () => {
    expect(share({}, calledWith(TraceFlags.NONE)).share).toBe(0)
    expect(share({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, calledWith(TraceFlags.SAMPLED)).share).toBe(1)
  })

  test('a mistake is told, and the default used', () => {
    expect(share({ OTEL_TRACES_SAMPLER: 'sometimes' })).toEqual({
      share: 1,
      problems: [expect.stringContaining('OTEL_TRACES_SAMPLER names "sometimes"')],
    })
    expect(share({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' })).toEqual({
      share: 1,
      problems: [expect.stringContaining('OTEL_TRACES_SAMPLER_ARG is "half"')],
    })
  })
})
