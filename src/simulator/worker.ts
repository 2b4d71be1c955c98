import { Worker } from 'node:worker_threads'
import { type AsyncControl, type CallName, callNames } from './control-calls.ts'
import type { SimulatorAddress, StartOptions } from './start.ts'

/** The simulator in a thread of its own: the same calls, as promises. */
export interface WorkerSimulator extends SimulatorAddress, AsyncControl {
  /** Cuts all connections, frees the ports and ends the thread. */
  close(): Promise<void>
}

export interface WorkerSurroundings {
  /** Told when the thread ends by itself, and of a defect that a client saw as 500. Default: a line on stderr. */
  readonly onError?: (error: Error) => void
}

/** Main thread → worker. */
export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly call: CallName; readonly values: readonly unknown[] }
  | { readonly kind: 'close' }

/** Worker → main thread. Errors travel as their message: a stack of the other thread helps nobody. */
export type FromWorker =
  | { readonly kind: 'started'; readonly address: SimulatorAddress }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string }
  | { readonly kind: 'defect'; readonly message: string }

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * Starts the simulator in a worker thread, so that its work does not colour the latencies that the caller measures.
 * Rejects as `startSimulator` does. Calls that are under way when the thread ends reject.
 */
export async function startSimulatorWorker(
  options: StartOptions = {},
  surroundings: WorkerSurroundings = {},
): Promise<WorkerSimulator> {
  const onError = surroundings.onError ?? ((error) => void process.stderr.write(`simulator: ${error.message}\n`))
  const worker = new Worker(new URL('./worker-entry.ts', import.meta.url), {
    workerData: options,
    // Node's default young generation keeps much of what requests leave behind: 100,000 documents took 360 MB, with this 270.
    resourceLimits: { maxYoungGenerationSizeMb: 24 },
  })
  const waiting = new Map<number, Waiting>()
  let nextId = 0
  let isClosing = false
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve())
  })

  const address = await new Promise<SimulatorAddress>((resolve, reject) => {
    let hasStarted = false
    const end = (error: Error) => {
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
      if (!hasStarted) reject(error)
      else if (!isClosing) onError(error)
      // One end is told once, though a thread that fails both errs and exits.
      isClosing = true
    }
    worker.on('error', (error) => end(error instanceof Error ? error : new Error('The simulator thread failed.')))
    worker.on('exit', (code) => end(new Error(`The simulator thread ended with code ${code}.`)))
    worker.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'started':
          hasStarted = true
          resolve(message.address)
          break
        case 'failed':
          reject(new Error(message.message))
          break
        case 'defect':
          onError(new Error(message.message))
          break
        case 'result':
        case 'refused': {
          const caller = waiting.get(message.id)
          waiting.delete(message.id)
          if (message.kind === 'result') caller?.resolve(message.result)
          else caller?.reject(new Error(message.message))
        }
      }
    })
  })

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window and has no origin
  const post = (message: ToWorker) => worker.postMessage(message)
  const call = (name: CallName, values: readonly unknown[]): Promise<unknown> => {
    if (isClosing) return Promise.reject(new Error('The simulator is closed.'))
    return new Promise((resolve, reject) => {
      const id = nextId++
      waiting.set(id, { resolve, reject })
      post({ kind: 'call', id, call: name, values })
    })
  }
  const calls = Object.fromEntries(
    callNames.map((name) => [name, (...values: readonly unknown[]) => call(name, values)]),
  ) as AsyncControl
  return {
    ...address,
    ...calls,
    close: async () => {
      isClosing = true
      post({ kind: 'close' })
      await exited
    },
  }
}
