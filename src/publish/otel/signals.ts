import { ConfigurationProblem } from '../../base/configuration-problem.ts'

export const signals = ['metrics', 'traces', 'logs'] as const
export type Signal = (typeof signals)[number]

export const protocols = ['http/protobuf', 'http/json', 'grpc'] as const
export type Protocol = (typeof protocols)[number]

export const exporterNames = ['otlp', 'console'] as const
export type ExporterName = (typeof exporterNames)[number]

/** How one signal leaves. */
export interface SignalSettings {
  readonly exporters: readonly ExporterName[]
  readonly protocol: Protocol
}

/** What OpenTelemetry is switched on for; a signal that is not there is off. */
export type SignalsOn = Readonly<Partial<Record<Signal, SignalSettings>>>

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Which of the signals that are offered the standard variables ask for: those with an exporter named (`OTEL_TRACES_EXPORTER`), and where none is named those with
 * somewhere to go (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`). The specification would send all three to
 * localhost when nothing is set; hopwatch sends nothing. Undefined: none, and the SDK is not even loaded.
 * Throws ConfigurationProblem for an exporter or a protocol that there is not, and for an address that none can be.
 */
export function readSignals(env: Environment, offered: readonly Signal[] = signals): SignalsOn | undefined {
  if (isTrue(env.OTEL_SDK_DISABLED)) return undefined
  const on = offered.flatMap((signal) => {
    const settings = readSignal(signal, env)
    return settings === undefined ? [] : [[signal, settings] as const]
  })
  return on.length === 0 ? undefined : Object.fromEntries(on)
}

function readSignal(signal: Signal, env: Environment): SignalSettings | undefined {
  const of = signal.toUpperCase()
  const variable = `OTEL_${of}_EXPORTER`
  const named = listOf(env[variable])
  const leadsSomewhere = textOf(env.OTEL_EXPORTER_OTLP_ENDPOINT) ?? textOf(env[`OTEL_EXPORTER_OTLP_${of}_ENDPOINT`])
  if (named.length === 0 && leadsSomewhere === undefined) return undefined
  if (named.includes('none')) return undefined
  const exporters = named.length === 0 ? (['otlp'] as const) : named.map((name) => exporterOf(name, variable))
  const protocol = protocolOf(of, env)
  if (exporters.includes('otlp')) checkEndpoint(of, protocol, env)
  return { exporters: [...new Set(exporters)], protocol }
}

/**
 * The SDK would send to localhost in place of an address that it cannot read, and print that one, which may hold a password. gRPC takes
 * `host:port` as well.
 */
function checkEndpoint(of: string, protocol: Protocol, env: Environment): void {
  for (const variable of [`OTEL_EXPORTER_OTLP_${of}_ENDPOINT`, 'OTEL_EXPORTER_OTLP_ENDPOINT']) {
    const address = textOf(env[variable])
    if (address === undefined || (protocol === 'grpc' && !address.includes('://'))) continue
    if (URL.canParse(address) && /^https?:\/\//i.test(address)) continue
    throw new ConfigurationProblem(
      `${variable} is no address that OpenTelemetry data can be sent to over ${protocol}`,
      'write a whole URL, such as http://collector:4318',
    )
  }
}

function exporterOf(name: string, variable: string): ExporterName {
  const known = exporterNames.find((exporter) => exporter === name)
  if (known !== undefined) return known
  const instead =
    name === 'prometheus'
      ? `leave it out: Prometheus scrapes /metrics of hopwatch itself`
      : `write ${exporterNames.join(', ')} or none`
  throw new ConfigurationProblem(`${variable} names "${name}", which hopwatch has no exporter for`, instead)
}

function protocolOf(of: string, env: Environment): Protocol {
  const variables = [`OTEL_EXPORTER_OTLP_${of}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']
  const variable = variables.find((name) => textOf(env[name]) !== undefined)
  if (variable === undefined) return 'http/protobuf'
  const named = textOf(env[variable])
  const known = protocols.find((protocol) => protocol === named)
  if (known !== undefined) return known
  throw new ConfigurationProblem(
    `${variable} names "${named}", which is no protocol of OTLP`,
    `write ${protocols.join(', ')}`,
  )
}

/** The specification takes an empty variable for one that is not set. */
const textOf = (value: string | undefined): string | undefined => value?.trim() || undefined

const listOf = (value: string | undefined): string[] => (value ?? '').split(',').flatMap((part) => textOf(part) ?? [])

const isTrue = (value: string | undefined): boolean => textOf(value)?.toLowerCase() === 'true'
