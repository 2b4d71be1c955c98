import { parentPort, workerData } from 'node:worker_threads'
import { invoke } from './control-calls.ts'
import { type StartOptions, startSimulator } from './start.ts'
import type { FromWorker, ToWorker } from './worker.ts'

const port = parentPort
if (port === null) throw new Error('worker-entry.ts runs in a worker thread; start it with startSimulatorWorker().')

const post = (message: FromWorker) => port.postMessage(message)
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

try {
  const simulator = await startSimulator(workerData as StartOptions, {
    onDefect: (error) => post({ kind: 'defect', message: messageOf(error) }),
  })
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'close') {
      // Without its port the thread has nothing left to wait for and ends.
      void simulator.close().finally(() => port.close())
      return
    }
    void answer(message)
  })
  const { endpoint, regionalEndpoints, controlEndpoint, key, connectionString } = simulator
  async function answer({ id, call, values }: Extract<ToWorker, { kind: 'call' }>): Promise<void> {
    try {
      post({ kind: 'result', id, result: await invoke(simulator, call, values) })
    } catch (error) {
      post({ kind: 'refused', id, message: messageOf(error) })
    }
  }
  post({ kind: 'started', address: { endpoint, regionalEndpoints, controlEndpoint, key, connectionString } })
} catch (error) {
  post({ kind: 'failed', message: messageOf(error) })
  port.close()
}
