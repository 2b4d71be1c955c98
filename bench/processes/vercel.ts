import type { AddressInfo } from 'node:net'
import { createHttpServer } from '@vercel/cosmosdb-server'
import { answerQuestions, processorMs } from '../answering.ts'
import type { ServerAnswer } from './bare-http.ts'

const server = createHttpServer()
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo

/** Any question is answered with where it listens and what it has used. */
answerQuestions<object, ServerAnswer>(async () => ({ port, processorMs: processorMs() }))
