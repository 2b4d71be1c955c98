import type { Attempt } from '../domain/observation.ts'

/**
 * `unreachable`: no answer came. `refused`: the account answered, and will not let us. `misconfigured`: what was asked
 * for does not fit the account, or cannot be understood.
 */
export type TargetProblemKind = 'unreachable' | 'refused' | 'misconfigured'

/** Why a target cannot be used, in words for the operator. Holds no secret. */
export class TargetProblem extends Error {
  override readonly name = 'TargetProblem'
  readonly kind: TargetProblemKind
  /** What to do about it. */
  readonly remedy: string
  /** What was seen on the wire; empty when nothing was sent. */
  readonly attempts: readonly Attempt[]

  constructor(kind: TargetProblemKind, message: string, remedy: string, attempts: readonly Attempt[] = []) {
    super(message)
    this.kind = kind
    this.remedy = remedy
    this.attempts = attempts
  }
}
