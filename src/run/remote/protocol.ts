import { createHmac } from 'node:crypto'
import type { Attempt, FailureReason, Observation } from '../../domain/observation.ts'
import type { CarrierKind, HopDeclaration, Scenario } from '../../domain/scenario.ts'
import type { ConsistencyLevel } from '../../protocol/consistency-level.ts'
import { WireToken } from '../../protocol/wire-token.ts'
import type { HopAnswer, HopOperation } from '../hop.ts'

/**
 * What `hopwatch` and `hopwatch hop` say to each other, below the hop's URL:
 * - `GET hop`: what it is and which versions it speaks.
 * - `…/arrival`: a user arrives with a session token in one part of the request; the hop says what it found there.
 * - `…/departure`: the same through a redirect to the arrival.
 * - `…/operation`: an operation by a user who brings a token; the hop answers with what its SDK did, and hands its token back.
 *
 * Raw tokens travel where they are the thing under test (the carrier's own part of request and answer), and in the answer of the
 * authenticated API as far as the judgement needs them: those of the attempts, and one that arrived changed.
 */
export const hopVersion = 'v1'
export const paths = {
  about: '/hop',
  arrival: `/hop/${hopVersion}/arrival`,
  departure: `/hop/${hopVersion}/departure`,
  operation: `/hop/${hopVersion}/operation`,
} as const

/** Chosen anew for each request and echoed in its answer: an answer with another one was made for somebody else. */
export const nonceHeader = 'x-hopwatch-nonce'

/** Of what travels outside the carrier's part: in the query, because gateways drop headers that they do not know. */
export const queryNames = { operation: 'operation', expected: 'expected', carrier: 'carrier' } as const

/** How sender and receiver compare a token without sending it twice. The nonce is known to them alone, and used once. */
export const proofOf = (token: string, nonce: string): string =>
  createHmac('sha256', nonce).update(token).digest('base64url')

/** What the hop says of the token of one request. */
export interface Arrival {
  readonly nonce: string
  readonly hop: string
  /** Size of what arrived; 0: nothing. */
  readonly bytes: number
  readonly isAsSent: boolean
  /** Only where something else arrived than was sent. */
  readonly text?: string
}

/** Everything that the hop needs to do an operation in the caller's place. */
export interface OperationCall {
  readonly scenario: Pick<Scenario, 'name' | 'container' | 'partitionKey'>
  /** Instance of the caller: each has clients of its own, and documents of its own. */
  readonly owner: string
  readonly hop: Pick<HopDeclaration, 'name' | 'region' | 'client' | 'retries' | 'consistency'>
  /** Raised by each reconnect. */
  readonly generation: number
  readonly consistency: ConsistencyLevel
  readonly arrivesBy: CarrierKind
  readonly leavesBy: CarrierKind
  readonly operation: HopOperation
}

interface AttemptMessage extends Omit<Attempt, 'sent' | 'received'> {
  readonly sent: string | undefined
  readonly received: string | undefined
}

/** `HopAnswer` as JSON: what is undefined is not there. */
export interface AnswerMessage {
  readonly nonce: string
  readonly hop: string
  readonly observation: Omit<Observation, 'attempts' | 'hop' | 'startedAtMs'> & {
    readonly attempts: readonly AttemptMessage[]
  }
  readonly document: HopAnswer['document']
  /** Of the ranges that the tokens name. */
  readonly ancestry: Readonly<Record<string, readonly string[]>>
  readonly sessionToken: string | undefined
  /** Fingerprints of the account that the hop speaks to; empty: not known. */
  readonly account: readonly string[]
  /** What the answer hands on under the carrier `body`. */
  readonly handed?: string | undefined
}

export function printAnswer(
  answer: HopAnswer,
  nonce: string,
  hop: string,
  account: readonly string[] = [],
): AnswerMessage {
  const { attempts, hop: _, startedAtMs: __, ...rest } = answer.observation
  return {
    nonce,
    hop,
    observation: {
      ...rest,
      attempts: attempts.map((attempt) => ({
        ...attempt,
        sent: attempt.sent?.reveal(),
        received: attempt.received?.reveal(),
      })),
    },
    document: answer.document,
    ancestry: ancestryOf(answer),
    sessionToken: answer.sessionToken?.reveal(),
    account,
  }
}

function ancestryOf({ observation, sessionToken, ancestry }: HopAnswer): AnswerMessage['ancestry'] {
  if (ancestry === undefined) return {}
  const tokens = [...observation.attempts.flatMap(({ sent, received }) => [sent, received]), sessionToken]
  const ranges = new Set(tokens.flatMap((token) => token?.parsed?.rangeIds ?? []))
  return Object.fromEntries(
    [...ranges].map((range) => [range, ancestry(range)] as const).filter(([, of]) => of.length > 0),
  )
}

const tokenOf = (text: string | undefined): WireToken | undefined =>
  text === undefined ? undefined : new WireToken(text)

export function readAnswer(message: AnswerMessage, hop: string, startedAtMs: number): HopAnswer {
  const { attempts, ...rest } = message.observation
  return {
    observation: {
      ...rest,
      hop,
      startedAtMs,
      attempts: attempts.map((attempt) => ({
        ...attempt,
        sent: tokenOf(attempt.sent),
        received: tokenOf(attempt.received),
      })),
    },
    document: message.document,
    sessionToken: tokenOf(message.sessionToken),
    ancestry: (range) => (Object.hasOwn(message.ancestry, range) ? (message.ancestry[range] ?? []) : []),
  }
}

/** Why a hop does not do what it was asked, for people. */
export interface HopRefusal {
  readonly hop: string
  readonly speaks: readonly string[]
  readonly problem: string
}

/** Why a request to a hop brought nothing to judge. `isDoubtful`: a write may have happened all the same. */
export interface RemoteProblem {
  readonly reason: FailureReason
  readonly isDoubtful: boolean
  readonly isTooLarge: boolean
  /** Without secrets. */
  readonly message: string
}
