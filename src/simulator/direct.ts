import type { Clock } from '../base/clock.ts'
import type { SimulatedAccount } from './account.ts'
import type { Operation, Reply } from './operation.ts'

/** The connection gave out: the answer was cut off, in the middle, or never came. A write may have happened. */
export class ConnectionFault extends Error {
  readonly connection: 'reset' | 'hang' | 'truncate'
  constructor(connection: 'reset' | 'hang' | 'truncate') {
    super(`the connection failed: ${connection}`)
    this.connection = connection
  }
}

/** The way in without HTTP, for whoever brings the clock: exploration, oracles, tests. */
export interface DirectClient {
  /**
   * Sleeps on the clock through waits and delays. Rejects with ConnectionFault where a client over HTTP would get no whole
   * answer; a hang rejects when `signal` aborts, or at once without one, because nothing else could end it.
   */
  execute(operation: Operation, region: string, signal?: AbortSignal): Promise<Reply>
}

export function directClient(account: Pick<SimulatedAccount, 'execute'>, clock: Clock): DirectClient {
  return {
    async execute(operation, region, signal) {
      let attempt: unknown
      for (;;) {
        const nowMs = clock.nowMs()
        const outcome = account.execute(operation, { region, nowMs, attempt })
        if (outcome.kind === 'wait') {
          attempt = outcome.attempt
          await clock.sleep(outcome.untilMs - nowMs, signal)
          if (signal?.aborted) throw new ConnectionFault('hang')
          continue
        }
        const { delayMs, connection } = outcome.fault ?? {}
        if (delayMs !== undefined) await clock.sleep(delayMs, signal)
        if (connection === 'hang' && signal !== undefined && !signal.aborted) {
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        }
        if (connection !== undefined) throw new ConnectionFault(connection)
        return outcome.reply
      }
    },
  }
}
