import { parentPort, workerData } from 'node:worker_threads'
import { exploreShare, type Share } from './campaign.ts'

const port = parentPort
if (port === null) throw new Error('worker-entry.ts runs in a worker thread; start it with exploreWithWorkers().')

await exploreShare(workerData as Share, (report) => port.postMessage(report))
