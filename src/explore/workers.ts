import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Share, WorldReport } from './campaign.ts'

/** The same worlds as on one thread, divided among several; they are reported in whatever order they are done. */
export async function exploreWithWorkers(
  { workers, ...share }: Pick<Share, 'seed' | 'runs' | 'counts'> & { readonly workers: number },
  onWorld: (report: WorldReport) => void,
  signal: AbortSignal,
): Promise<void> {
  const threads = Array.from({ length: workers }, (_, first) => {
    const workerData: Share = { ...share, first, stride: workers }
    return new Worker(new URL('./worker-entry.ts', import.meta.url), { workerData }).on('message', onWorld)
  })
  const stop = () => void Promise.all(threads.map((thread) => thread.terminate()))
  signal.addEventListener('abort', stop)
  try {
    // once() rejects with the error that a thread died of.
    await Promise.all(threads.map((thread) => once(thread, 'exit')))
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}
