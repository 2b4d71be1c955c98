import { describe, expect, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import type { DocumentStore, StoreAnswer, StoreRequest } from '../domain/document-store.ts'
import type { FinishedRun, JourneyEvent } from '../domain/journey.ts'
import type { Attempt } from '../domain/observation.ts'
import type { Arm, Scenario, Step } from '../domain/scenario.ts'
import { WireToken } from '../protocol/wire-token.ts'
import type { ChangeAccount } from './change-account.ts'
import { createRunner } from './run-scenario.ts'

const propagated: Arm = { name: 'propagated', share: 1, token: 'carried' }
const control: Arm = { name: 'control', share: 0, token: 'lost' }

const scenario = (journey: readonly Step[], changes: Partial<Scenario> = {}): Scenario => ({
  name: 'test-journey',
  about: '',
  target: 'default',
  schedule: { kind: 'every', periodMs: 1000, jitterMs: 0 },
  deadlineMs: 5000,
  container: { database: 'd', container: 'c' },
  partitionKey: ['/pk'],
  document: 'reused',
  partitions: 1,
  ttlSeconds: 3600,
  visibilityWithinMs: 1000,
  hops: ['writer', 'reader'].map((name) => ({
    name,
    region: undefined,
    client: 'own',
    retries: 'none',
    consistency: 'Session',
  })),
  journey,
  arms: [propagated, control],
  objectives: { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined },
  budget: undefined,
  ...changes,
})

const write: Step = { kind: 'write', write: 'upsert', at: 'writer' }
const read: Step = { kind: 'read', read: 'point', at: 'reader' }
const carry: Step = { kind: 'carry', carrier: 'header', from: 'writer', to: 'reader', faults: [] }

/** One document whose readers without a covering token see it `lag` versions behind, until `showsAtMs`. */
class LaggingStore implements DocumentStore {
  readonly requests: StoreRequest[] = []
  readonly #clock: ManualClock
  readonly #versions: ({ version: number; owner: string } | undefined)[] = [undefined]
  reconnects = 0
  lag = 0
  showsAtMs = Number.POSITIVE_INFINITY
  /** Gets no answer, and lands behind the next one. */
  stuck: number | undefined
  #landing: { version: number; owner: string } | undefined
  status: number | 'none' | 'hang' | 'throw' | undefined

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  reconnect(): void {
    this.reconnects++
  }

  async execute(request: StoreRequest, signal?: AbortSignal): Promise<StoreAnswer> {
    this.requests.push(request)
    if (this.status === 'throw') throw new Error('a defect, with AccountKey=c2VjcmV0 in its message')
    if (this.status === 'hang') await this.#clock.sleep(1e9, signal)
    if (this.status === 'hang' || this.status === 'none') return answer(request, undefined, undefined, undefined)
    if (this.status !== undefined) return answer(request, this.status, undefined, undefined)
    const lsn = () => new WireToken(`0:1#${this.#versions.length - 1}#1=${this.#versions.length - 1}`)
    if ('document' in request) {
      if (request.document.version === this.stuck) {
        this.#landing = request.document
        return answer(request, undefined, undefined, undefined)
      }
      this.#versions.push(request.kind === 'delete' ? undefined : request.document)
      return answer(request, request.kind === 'delete' ? 204 : 200, lsn(), undefined)
    }
    if (this.#landing) this.#versions.push(this.#landing)
    this.#landing = undefined
    const needed = Number(request.sessionToken?.parsed?.forRange('0')?.globalLsn ?? 0)
    const lagging = this.#clock.nowMs() < this.showsAtMs ? this.lag : 0
    const served = Math.max(needed, this.#versions.length - 1 - lagging)
    const document = this.#versions[served]
    return answer(
      request,
      document || request.kind === 'query' ? 200 : 404,
      new WireToken(`0:1#${served}#1=${served}`),
      document,
    )
  }
}

function answer(
  request: StoreRequest,
  status: number | undefined,
  received: WireToken | undefined,
  document: { version: number; owner: string } | undefined,
): StoreAnswer {
  const attempt: Attempt = {
    purpose: 'operation',
    region: 'somewhere',
    status,
    substatus: undefined,
    failure: status === undefined ? 'timeout' : undefined,
    requestCharge: 1,
    durationMs: 1,
    sent: request.sessionToken,
    received,
  }
  return {
    attempts: [attempt],
    status,
    substatus: undefined,
    document,
    sessionToken: received,
    durationMs: 1,
    message: undefined,
  }
}

async function untilFinished(clock: ManualClock, result: () => FinishedRun | undefined): Promise<FinishedRun> {
  for (;;) {
    const run = result()
    if (run) return run
    await clock.advance(10)
  }
}

function harness(declared: Scenario, changes: { ttlIsOn?: boolean; changeAccount?: ChangeAccount } = {}) {
  const clock = new ManualClock()
  const store = new LaggingStore(clock)
  const runner = createRunner({
    scenario: declared,
    openStore: () => store,
    clock,
    random: seededRandom('run-scenario'),
    owner: 'me',
    ttlIsOn: changes.ttlIsOn ?? true,
    changeAccount: changes.changeAccount,
  })
  let armRun = 0
  const run = async (arm: Arm = propagated, signal?: AbortSignal): Promise<FinishedRun> => {
    let finished: FinishedRun | undefined
    void Promise.resolve(runner.run({ arm, partition: 0, armRun: armRun++ }, 0, signal)).then((result) => {
      finished = result
    })
    return untilFinished(clock, () => finished)
  }
  return { clock, store, run }
}

const ofKind = <Kind extends JourneyEvent['kind']>(run: FinishedRun, kind: Kind) =>
  run.events.filter((event): event is Extract<JourneyEvent, { kind: Kind }> => event.kind === kind)

describe('a token that travels', () => {
  test('protects the read, and the run is kept', async () => {
    const { store, run } = harness(scenario([write, carry, read]))
    store.lag = 1
    const finished = await run()
    expect(ofKind(finished, 'read')[0]).toMatchObject({
      judgement: { verdict: 'fresh' },
      token: 'intact',
      finding: 'kept',
    })
    expect(ofKind(finished, 'carry')[0]).toMatchObject({ token: 'intact', carrier: 'header' })
    expect(finished.result).toBe('kept')
  })

  test('is withheld in the control arm: stale, lost, and seen', async () => {
    const { store, run } = harness(scenario([write, carry, read]))
    store.lag = 1
    await run()
    const finished = await run(control)
    expect(ofKind(finished, 'read')[0]).toMatchObject({
      judgement: { verdict: 'stale', versionsBehind: 1 },
      token: 'lost',
      finding: 'token-loss-seen',
    })
    expect(ofKind(finished, 'carry')[0]).toMatchObject({ token: 'lost' })
    expect(finished).toMatchObject({ result: 'found', carriesToken: false })
  })

  test('lost without lag is a latent loss', async () => {
    const { run } = harness(scenario([write, { ...carry, carrier: 'none' }, read]))
    expect(ofKind(await run(), 'read')[0]).toMatchObject({
      judgement: { verdict: 'fresh' },
      finding: 'token-loss-latent',
    })
  })

  test('reading where nothing was carried is not judged', async () => {
    const { run } = harness(scenario([write, read]))
    const finished = await run()
    expect(ofKind(finished, 'read')[0]).toMatchObject({ judgement: { verdict: 'unordered' }, token: 'unclaimed' })
    expect(finished.result).toBe('undetermined')
  })

  test('the fault older delivers the token of the write before', async () => {
    const older = { ...carry, faults: [{ token: 'older', share: 1, writesBack: 1 }] } as Step
    const { store, run } = harness(scenario([write, older, read]))
    await run()
    store.lag = 5
    const finished = await run()
    expect(ofKind(finished, 'carry')[0]).toMatchObject({ token: 'behind' })
    expect(ofKind(finished, 'read')[0]).toMatchObject({
      judgement: { verdict: 'stale', versionsBehind: 1 },
      token: 'behind',
    })
  })
})

describe('visibility', () => {
  test('re-reads after a stale read until the write shows', async () => {
    const { clock, store, run } = harness(scenario([write, carry, read]))
    await run()
    store.lag = 1
    store.showsAtMs = clock.nowMs() + 100
    const [event] = ofKind(await run(control), 'visibility')
    expect(event?.visibleAfterMs).toBeGreaterThanOrEqual(100)
    expect(event?.visibleAfterMs).toBeLessThan(250)
  })

  test('gives up at its bound and says so', async () => {
    const { store, run } = harness(scenario([write, carry, read]))
    await run()
    store.lag = 1
    const [event] = ofKind(await run(control), 'visibility')
    expect(event).toMatchObject({ visibleAfterMs: undefined })
    expect(event!.observations.length).toBeGreaterThan(3)
  })
})

describe('documents', () => {
  test('a reused document grows; what must exist is made first', async () => {
    const { store, run } = harness(scenario([{ ...write, write: 'replace' }]))
    await run()
    await run()
    expect(store.requests.map((request) => [request.kind, 'document' in request && request.document.version])).toEqual([
      ['upsert', 1],
      ['replace', 2],
      ['replace', 3],
    ])
  })

  test('a fresh document is new in each run', async () => {
    const { store, run } = harness(scenario([{ ...write, write: 'create' }], { document: 'fresh' }))
    await run()
    await run()
    const ids = store.requests.map((request) => ('document' in request ? request.document.id : ''))
    expect(new Set(ids).size).toBe(2)
  })

  test('an indeterminate write makes no claim and retires the document', async () => {
    const { store, run } = harness(scenario([write, carry, read]))
    store.status = 'none'
    const finished = await run()
    expect(ofKind(finished, 'write')[0]).toMatchObject({ outcome: 'indeterminate' })
    store.status = undefined
    await run()
    const [doubtful, next] = [store.requests[0], store.requests.at(-1)]
    expect('document' in doubtful! && doubtful.document.id).not.toBe('id' in next! && next.id)
  })

  test('an indeterminate write that lands late accuses nobody, also at a hop that no carry has told of it', async () => {
    const elsewhere: Step = { kind: 'write', write: 'upsert', at: 'reader' }
    const { store, run } = harness(scenario([write, elsewhere, read]))
    store.stuck = 1
    const finished = await run()
    expect(ofKind(finished, 'write').map(({ outcome }) => outcome)).toEqual(['indeterminate', 'succeeded'])
    expect(ofKind(finished, 'read')[0]).toMatchObject({
      claimedVersion: 2,
      returnedVersion: 1,
      judgement: { verdict: 'undetermined', detail: 'indeterminate-write' },
      finding: undefined,
    })
  })

  test('a poll that finds nothing accuses nobody where an earlier run deleted what was seen', async () => {
    const remove: Step = { kind: 'write', write: 'delete', at: 'writer' }
    const poll: Step = { kind: 'poll', read: 'query', at: 'reader', everyMs: 40, withinMs: 0 }
    const catchUp: Step = { kind: 'simulate', change: 'split' }
    const { store, run } = harness(scenario([write, carry, read, catchUp, poll, remove]), {
      changeAccount: () => {
        store.lag = Math.max(0, store.lag - 1)
        return Promise.resolve(undefined)
      },
    })
    expect(ofKind(await run(), 'poll')[0]).toMatchObject({ outcome: 'shown' })
    // The first run's version, from before its delete; then the delete.
    store.stuck = 3
    store.lag = 2
    const finished = await run()
    expect(ofKind(finished, 'read')[0]).toMatchObject({ returnedVersion: 1 })
    expect(ofKind(finished, 'poll')[0]).toMatchObject({
      claimedVersion: 1,
      outcome: 'undetermined',
      finding: undefined,
    })
  })

  test('without TTL each run removes its document', async () => {
    const { store, run } = harness(scenario([write]), { ttlIsOn: false })
    await run()
    expect(store.requests.map((request) => request.kind)).toEqual(['upsert', 'delete'])
  })

  test('a delete that is read back is fresh when the document is gone, undeleted when it is not', async () => {
    const remove: Step = { kind: 'write', write: 'delete', at: 'writer' }
    const { store, run } = harness(scenario([remove, carry, read]))
    expect(ofKind(await run(), 'read')[0]).toMatchObject({ judgement: { verdict: 'fresh' } })
    store.lag = 1
    expect(ofKind(await run(control), 'read')[0]).toMatchObject({
      judgement: { verdict: 'missing', detail: 'undeleted' },
    })
  })
})

describe('a run that goes wrong', () => {
  test('is abandoned at its deadline, with what was in flight counted as a timeout', async () => {
    const { store, run } = harness(scenario([write, carry, read]))
    store.status = 'hang'
    const finished = await run()
    expect(finished).toMatchObject({ result: 'abandoned', problem: 'not finished within its deadline of 5000 ms' })
    expect(ofKind(finished, 'write')[0]).toMatchObject({ outcome: 'indeterminate' })
  })

  test('that is told to stop before it began does nothing', async () => {
    const { store, run } = harness(scenario([write, carry, read]))
    expect(await run(propagated, AbortSignal.abort())).toMatchObject({ result: 'abandoned', events: [] })
    expect(store.requests).toEqual([])
  })

  test('is told as crashed when hopwatch itself fails, without the message of the error', async () => {
    const { store, run } = harness(scenario([write]))
    store.status = 'throw'
    const finished = await run()
    expect(finished.result).toBe('crashed')
    expect(finished.problem).toMatch(/^Error at src\/run\/run-scenario\.test\.ts:\d+/)
    expect(finished.problem).not.toContain('AccountKey')
  })

  test('a read without an answer is failed, with its reason, and not stale', async () => {
    const { store, run } = harness(scenario([write, carry, read]))
    await run()
    store.status = 429
    expect(ofKind(await run(), 'read')[0]).toMatchObject({ judgement: { verdict: 'failed', reason: 'throttled' } })
  })

  test('a missing container is no missing document', async () => {
    const { store, run } = harness(scenario([write, carry, read]))
    const refused = store.execute.bind(store)
    store.execute = async (request) =>
      request.kind === 'point' ? { ...answer(request, 404, undefined, undefined), substatus: 1003 } : refused(request)
    expect(ofKind(await run(), 'read')[0]).toMatchObject({ judgement: { verdict: 'failed', reason: 'refused' } })
  })
})

describe('a change of the simulated account', () => {
  const split: Step = { kind: 'simulate', change: 'split' }
  const journey = [write, split, carry, read]

  test('happens to the container of the scenario, and the run goes on', async () => {
    const asked: unknown[] = []
    const { run } = harness(scenario(journey), {
      changeAccount: (step, container) => {
        asked.push([step, container])
        return Promise.resolve(undefined)
      },
    })
    const finished = await run()
    expect(asked).toEqual([[split, { database: 'd', container: 'c' }]])
    expect(ofKind(finished, 'simulate')).toEqual([{ kind: 'simulate', change: 'split', problem: undefined }])
    expect(finished.result).toBe('kept')
  })

  test('that is refused fails the run, and its read is judged all the same', async () => {
    const { run } = harness(scenario(journey), { changeAccount: () => Promise.resolve('there is no such range') })
    const finished = await run()
    expect(ofKind(finished, 'simulate')[0]).toMatchObject({ problem: 'there is no such range' })
    expect(ofKind(finished, 'read')[0]).toMatchObject({ finding: 'kept' })
    expect(finished.result).toBe('failed')
  })

  test('without a simulated account is refused', async () => {
    const { run } = harness(scenario(journey))
    expect(ofKind(await run(), 'simulate')[0]).toMatchObject({ problem: 'there is no simulated account' })
  })
})
