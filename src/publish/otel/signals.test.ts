import { describe, expect, test } from 'vitest'
import { ConfigurationProblem } from '../../base/configuration-problem.ts'
import { readSignals } from './signals.ts'

const otlp = { exporters: ['otlp'], protocol: 'http/protobuf' }
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }

describe('what the standard variables switch on', () => {
  test.each([
    ['nothing set', {}, undefined],
    [
      'variables that say nothing of where',
      { OTEL_SERVICE_NAME: 'probe', OTEL_TRACES_SAMPLER: 'always_on' },
      undefined,
    ],
    ['an endpoint for all', endpoint, { metrics: otlp, traces: otlp, logs: otlp }],
    [
      'an endpoint for one',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' },
      { traces: otlp },
    ],
    ['an exporter for one', { OTEL_LOGS_EXPORTER: 'otlp' }, { logs: otlp }],
    ['one of them off', { ...endpoint, OTEL_LOGS_EXPORTER: 'none' }, { metrics: otlp, traces: otlp }],
    ['all of them off', { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    ['not off', { OTEL_LOGS_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'false' }, { logs: otlp }],
    ['an empty endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, undefined],
    [
      'several exporters and another protocol',
      { OTEL_TRACES_EXPORTER: 'otlp, console,otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      { traces: { exporters: ['otlp', 'console'], protocol: 'grpc' } },
    ],
    [
      'a protocol of its own',
      {
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      },
      { traces: { exporters: ['otlp'], protocol: 'http/json' } },
    ],
  ])('%s', (_, env, expected) => {
    expect(readSignals(env)).toEqual(expected)
  })

  test('gRPC is told of host and port alone, too', () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:4317' }
    expect(readSignals(env, ['traces'])).toEqual({ traces: { exporters: ['otlp'], protocol: 'grpc' } })
  })

  test('of what a hop has to send', () => {
    expect(readSignals(endpoint, ['traces', 'logs'])).toEqual({ traces: otlp, logs: otlp })
    expect(readSignals({ OTEL_METRICS_EXPORTER: 'otlp' }, ['traces', 'logs'])).toBeUndefined()
  })

  test.each([
    [{ OTEL_METRICS_EXPORTER: 'prometheus' }, /OTEL_METRICS_EXPORTER names "prometheus"/],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, /OTEL_TRACES_EXPORTER names "zipkin"/],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http' }, /OTEL_EXPORTER_OTLP_PROTOCOL names "http"/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT is no address/],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://u:s3cret@c:99x/v1' },
      /^(?!.*s3cret).*TRACES_ENDPOINT is no address/,
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:99x', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      /is no address .* over grpc/,
    ],
  ])('what there is not is said, before anything starts', (env, message) => {
    expect(() => readSignals(env)).toThrow(ConfigurationProblem)
    expect(() => readSignals(env)).toThrow(message)
  })
})
