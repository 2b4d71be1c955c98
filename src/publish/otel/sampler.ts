import { type Context, SpanKind } from '@opentelemetry/api'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'

type Environment = Readonly<Record<string, string | undefined>>

/** The samplers that `OTEL_TRACES_SAMPLER` may name. */
const makers: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
}

const usual = 'parentbased_always_on'

/** The standard wants a mistake here told and the default used. */
export function createSampler(env: Environment, onProblem: (problem: string) => void): Sampler {
  const name = env.OTEL_TRACES_SAMPLER?.trim() || usual
  const text = env.OTEL_TRACES_SAMPLER_ARG?.trim() ?? ''
  const ratio = text === '' ? 1 : Number(text)
  const isRatio = ratio >= 0 && ratio <= 1
  if (name.endsWith('traceidratio') && !isRatio)
    onProblem(`OTEL_TRACES_SAMPLER_ARG is "${text}", not a number from 0 to 1; taken as 1`)
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined
  if (make === undefined) onProblem(`OTEL_TRACES_SAMPLER names "${name}", which there is not; taken as ${usual}`)
  return (make ?? makers[usual]!)(isRatio ? ratio : 1)
}

export const samples = (
  sampler: Sampler,
  context: Context,
  traceId: string,
  name: string,
  kind = SpanKind.INTERNAL,
): boolean =>
  sampler.shouldSample(context, traceId, name, kind, {}, []).decision === SamplingDecision.RECORD_AND_SAMPLED
