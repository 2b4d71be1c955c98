import type { Clock } from '../base/clock.ts'
import type { GuaranteeViolation } from '../domain/guarantees.ts'
import type { FinishedRun, MissedReason, ReadEvent, Sink } from '../domain/journey.ts'
import type { Attempt } from '../domain/observation.ts'
import type { Logger } from './logger.ts'
import { RateLimit } from './rate-limit.ts'
import { runReference } from './run-reference.ts'

type LineLevel = 'error' | 'warn' | 'info' | 'debug'

/** How many identical lines of a scenario a minute; a lively scenario must not bury the log that explains it. */
const mostPerMinute = 10
const minuteMs = 60_000

/** What each finding says in the log, for somebody who has never heard of session tokens. */
const sentences: Record<string, string> = {
  'broken-promise': 'broken promise: the read was stale although its consistency level and its token promised better',
  'silent-downgrade-seen': 'silent downgrade: the SDK dropped the token, retried without it, and the answer was stale',
  'silent-downgrade-lucky':
    'silent downgrade: the SDK dropped the token and retried without it; the answer happened to be fresh',
  'token-loss-seen': 'token loss: the read did not carry the token of its write, and was stale',
  'token-loss-latent': 'token loss: the read did not carry the token of its write; the answer happened to be fresh',
  'canary-ignored':
    'ignored canary: the service answered a session token that nothing can satisfy; it does not enforce session tokens',
  'canary-lost': 'lost canary: a token that nothing can satisfy did not reach the wire, so this hop loses tokens',
  'never-shown': 'the write did not show within the time that a poll waits for it',
  unpromised: 'stale read at a consistency level that does not promise to read what was written',
  unexplained: 'stale read whose token cannot be seen: no cause can be named',
}

/** A broken promise is an error in any arm; where the token is withheld on purpose, any other finding is only measurement. */
function lineLevel(run: FinishedRun): LineLevel {
  if (run.finding === 'broken-promise' || run.finding === 'canary-ignored' || run.result === 'crashed') return 'error'
  // A canary is sent for nothing else.
  if (run.finding === 'canary-lost') return 'info'
  if (run.finding !== undefined && run.finding !== 'kept') return run.carriesToken ? 'info' : 'debug'
  return run.result === 'abandoned' ? 'warn' : 'debug'
}

/** One line a run, at the level that it deserves. */
export class LogSink implements Sink {
  readonly #logger: Logger
  readonly #limit: RateLimit
  readonly #missedLimit: RateLimit

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#limit = new RateLimit(clock, mostPerMinute, minuteMs)
    this.#missedLimit = new RateLimit(clock, 1, minuteMs)
  }

  record(run: FinishedRun): void {
    this.#reportHeld()
    const level = lineLevel(run)
    if (!this.#logger.isLevelEnabled(level)) return
    const what = run.finding ?? run.result
    if (level !== 'debug' && !this.#limit.passes(`${run.scenario}, ${run.arm}: ${what}`)) return
    this.#logger[level](runFields(run), sentences[what] ?? `run ${run.result}`)
  }

  missed(scenario: string, reason: MissedReason, count: number): void {
    this.#reportHeld()
    if (this.#missedLimit.passes(`${scenario}: ${reason}`))
      this.#logger.info(
        { scenario, reason, count },
        'planned runs did not happen; counted in hopwatch_runs_missed_total',
      )
  }

  /** Says what was held back so far; call it last. */
  close(): void {
    this.#reportHeld(Number.POSITIVE_INFINITY)
  }

  #reportHeld(nowMs?: number): void {
    for (const { kind, held } of this.#limit.takeExpired(nowMs))
      this.#logger.info({ kind, held }, `${held} more of "${kind}" in the last minute were not printed`)
    this.#missedLimit.takeExpired(nowMs)
  }
}

/** The facts of a run, about the read that it is remembered by. Nothing here can hold a token's text. */
function runFields(run: FinishedRun) {
  const reads = run.events.filter((event): event is ReadEvent => event.kind === 'read')
  const read = reads.find((event) => event.finding === run.finding) ?? reads.at(-1)
  return {
    ...runReference(run.id),
    scenario: run.scenario,
    arm: run.arm,
    result: run.result,
    finding: run.finding,
    durationMs: Math.round(run.durationMs),
    ...(run.problem !== undefined && { problem: run.problem }),
    ...damagedCarries(run),
    ...(run.violations.length > 0 && { violations: run.violations.map(printViolation) }),
    ...(read && {
      hop: read.observation.hop,
      region: read.region,
      verdict: read.judgement.verdict,
      versionsBehind: read.judgement.verdict === 'stale' ? read.judgement.versionsBehind : undefined,
      reason: read.judgement.verdict === 'failed' ? read.judgement.reason : undefined,
      token: read.token,
      attempts: read.observation.attempts.filter(({ purpose }) => purpose === 'operation').map(printAttempt),
    }),
  }
}

/** `gateway → itinerary by store: lost (store-unavailable)`: which carry did not bring what it was given, and why, if that is known. */
function damagedCarries({ events }: FinishedRun): { readonly carries?: readonly string[] } {
  const carries = events
    .filter((event) => event.kind === 'carry')
    .filter(({ token }) => token !== 'intact' && token !== 'nothing-to-carry')
    .map(
      ({ from, to, carrier, token, cause }) => `${from} → ${to} by ${carrier}: ${token}${cause ? ` (${cause})` : ''}`,
    )
  return carries.length === 0 ? {} : { carries }
}

/** `read-your-writes: 0 gateway upsert v7, 3 itinerary point v6`: each operation with its place among the run's events. */
const printViolation = ({ guarantee, witness }: GuaranteeViolation): string =>
  `${guarantee}: ${witness.map(({ step, hop, operation, version }) => `${step} ${hop} ${operation} ${version === undefined ? 'found nothing' : `v${version}`}`).join(', ')}`

/** `North Europe 404/1002 with token (38 bytes)`: enough to see a token dropped between two attempts. */
const printAttempt = ({ region, status, substatus, failure, sent }: Attempt): string => {
  const answer = status === undefined ? (failure ?? 'no answer') : substatus ? `${status}/${substatus}` : String(status)
  return `${region} ${answer} ${sent === undefined ? 'without token' : `with token (${sent.bytes} bytes)`}`
}
