import { fork } from 'node:child_process'
import type { FromProcess } from './answering.ts'

/** A process of the bench's own: what it does colours no other side's figures but through the processor they share. */
export interface Child<Question, Answer> {
  /** One question at a time. Rejects when the process fails or ends. */
  ask(question: Question): Promise<Answer>
  end(): void
}

type ProcessName =
  | 'bare-http'
  | 'bare-net'
  | 'bare-sdk'
  | 'hopwatch'
  | 'memory'
  | 'receiver'
  | 'scrape'
  | 'simulator'
  | 'vercel'

/** Starts `processes/<name>.ts`; it ends with this process at the latest. */
export async function startChild<Question extends object, Answer>(
  name: ProcessName,
  nodeOptions: readonly string[] = [],
): Promise<Child<Question, Answer>> {
  const child = fork(new URL(`./processes/${name}.ts`, import.meta.url), {
    execArgv: [...nodeOptions],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let settle: { resolve: (answer: unknown) => void; reject: (error: Error) => void } | undefined
  const next = () =>
    new Promise<unknown>((resolve, reject) => {
      settle = { resolve, reject }
    })
  child.on('message', (message: FromProcess) => {
    if (message.kind === 'failed') settle?.reject(new Error(`${name}: ${message.message}`))
    else settle?.resolve(message.kind === 'answer' ? message.answer : undefined)
  })
  child.on('exit', (code) => settle?.reject(new Error(`the process ${name} ended with code ${code}`)))
  await next()
  return {
    ask: (question) => {
      const answer = next()
      child.send(question)
      return answer as Promise<Answer>
    },
    end: () => child.disconnect(),
  }
}
