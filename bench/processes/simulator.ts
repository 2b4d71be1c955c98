import { type SimulatorAddress, type StartOptions, startSimulator } from '../../src/simulator/start.ts'
import { answerQuestions, processorMs } from '../answering.ts'

export type SimulatorQuestion =
  | { readonly kind: 'start'; readonly options: StartOptions }
  | { readonly kind: 'processor-time' }

export interface SimulatorAnswer {
  /** Of the started simulator; the processor time's answer has none. */
  readonly address?: SimulatorAddress
  readonly processorMs: number
}

answerQuestions<SimulatorQuestion, SimulatorAnswer>(async (question) => {
  if (question.kind === 'processor-time') return { processorMs: processorMs() }
  const { endpoint, regionalEndpoints, controlEndpoint, key, connectionString } = await startSimulator(question.options)
  return {
    address: { endpoint, regionalEndpoints, controlEndpoint, key, connectionString },
    processorMs: processorMs(),
  }
})
