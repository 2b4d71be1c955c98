import type { Clock } from '../../base/clock.ts'
import type { DocumentStore, StoreRequest } from '../../domain/document-store.ts'
import type { HopDeclaration } from '../../domain/scenario.ts'
import type { Hop, HopAnswer } from '../hop.ts'
import { andThen } from '../soon.ts'

/** A service in this process, with its own way to the container. */
export function cosmosHop(declaration: HopDeclaration, store: DocumentStore, clock: Clock): Hop {
  return {
    name: declaration.name,
    execute(operation, { sessionToken, consistency }, signal) {
      const startedAtMs = clock.nowMs()
      const request: StoreRequest = { ...operation, sessionToken, consistency }
      return andThen(
        store.execute(request, signal),
        (answer): HopAnswer => ({
          observation: {
            hop: declaration.name,
            operation: operation.kind,
            documentId: 'document' in operation ? operation.document.id : operation.id,
            startedAtMs,
            durationMs: answer.durationMs,
            attempts: answer.attempts,
            status: answer.status,
            substatus: answer.substatus,
          },
          document: answer.document,
          sessionToken: answer.sessionToken,
          ancestry: answer.ancestry,
        }),
      )
    },
    reconnect: () => store.reconnect(),
  }
}
