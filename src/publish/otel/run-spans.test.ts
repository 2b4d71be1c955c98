import { describe, expect, test } from 'vitest'
import { downgradeAttempts, rawToken, runOf, scenarioOf, wallStartMs } from '../../../test/http/support.ts'
import type { FinishedRun, JourneyEvent } from '../../domain/journey.ts'
import { fingerprinting } from './operation-span.ts'
import { runSpans } from './run-spans.ts'
import type { SpanPlan } from './span-plan.ts'

const scenario = scenarioOf('travel-itinerary')
const fingerprintOf = fingerprinting('a key of this test')
const spansOf = (run: FinishedRun, of = scenario) => runSpans(run, of, { wallOffsetMs: wallStartMs, fingerprintOf })
const all = (span: SpanPlan): SpanPlan[] => [span, ...span.children.flatMap(all)]
const named = (run: SpanPlan, name: string) => all(run).filter((span) => span.name === name)
const withEvents = (run: FinishedRun, change: (events: readonly JourneyEvent[]) => readonly JourneyEvent[]) => ({
  ...run,
  events: change(run.events),
})

/** `runOf`'s, with the times that the runner would give. */
const timed = (run: FinishedRun, from = 10): FinishedRun =>
  withEvents(run, (events) =>
    events.map((event) => {
      if (event.kind === 'carry') return { ...event, startedAtMs: from, durationMs: 4 }
      return event.kind === 'read' ? { ...event, observation: { ...event.observation, startedAtMs: from + 30 } } : event
    }),
  )

describe('the trace of a run', () => {
  test('has a span for each hop, carry and operation, in their own time', () => {
    const run = spansOf(timed(runOf({ id: '0123456789abcdef' })))
    expect(run).toMatchObject({ name: 'run travel-itinerary', spanId: '0123456789abcdef', error: undefined })
    expect(run.children.map(({ name }) => name)).toEqual(['hop gateway', 'hop itinerary', 'carry by header'])
    expect(named(run, 'upsert_item itineraries')).toMatchObject([
      { kind: 'client', startMs: wallStartMs, endMs: wallStartMs + 8, attributes: { 'hopwatch.outcome': 'succeeded' } },
    ])
    expect(named(run, 'carry by header')).toMatchObject([{ startMs: wallStartMs + 10, endMs: wallStartMs + 14 }])
    const [read] = named(run, 'read_item itineraries')
    expect(read).toMatchObject({ startMs: wallStartMs + 40, endMs: wallStartMs + 45 })
    expect(run.startMs).toBe(wallStartMs)
    expect(run.endMs).toBe(wallStartMs + 45)
    // A wait has no span of its own; it stands where the carry before it ended.
    expect(run.events).toMatchObject([{ name: 'hopwatch.wait', atMs: wallStartMs + 14 }])
  })

  test('what the SDK did on the way is an event each, and shows the token dropped', () => {
    const run = spansOf(
      timed(
        runOf({ token: 'dropped', judgement: { verdict: 'stale', versionsBehind: 2 }, attempts: downgradeAttempts }),
      ),
    )
    const [read] = named(run, 'read_item itineraries')
    expect(read?.error).toBe('silent-downgrade-seen')
    expect(read?.attributes).toMatchObject({
      'hopwatch.token.state': 'dropped',
      'hopwatch.token.present': false,
      'hopwatch.versions_behind': 2,
      'hopwatch.finding': 'silent-downgrade-seen',
    })
    expect(read?.events.map(({ attributes }) => attributes['hopwatch.token.sent.present'])).toEqual([true, false])
    expect(read?.events.map(({ attributes }) => attributes['azure.cosmosdb.response.sub_status_code'])).toEqual([
      1002,
      undefined,
    ])
    expect(run.error).toBe('silent-downgrade-seen')
  })

  test('where the token is withheld on purpose, what is found is no error', () => {
    const stale = { arm: 'control', token: 'lost', judgement: { verdict: 'stale', versionsBehind: 1 } } as const
    const run = spansOf(timed(runOf(stale)))
    expect(run.attributes['hopwatch.finding']).toBe('token-loss-seen')
    expect(all(run).map(({ error }) => error)).toEqual(all(run).map(() => undefined))
  })

  test('a hop that the user comes back to is visited twice', () => {
    const back = withEvents(timed(runOf()), (events) => {
      const [write, carry, , read] = events as [JourneyEvent, JourneyEvent, JourneyEvent, JourneyEvent]
      const home = { ...carry, from: 'itinerary', to: 'gateway' } as JourneyEvent
      return [write, carry, read, read, home, write]
    })
    const run = spansOf(back)
    expect(named(run, 'hop gateway')).toHaveLength(2)
    expect(named(run, 'hop itinerary').map(({ children }) => children.length)).toEqual([2])
  })

  test('an operation elsewhere is a call of the hop, and not the database’s client', () => {
    const [gateway, itinerary] = scenario.hops
    const remote = scenarioOf('travel-itinerary', { hops: [gateway!, { ...itinerary!, remote: 'http://hop.example' }] })
    const run = spansOf(timed(runOf()), remote)
    const [read] = named(run, 'read_item itinerary')
    expect(read?.attributes['db.operation.name']).toBe('read_item')
    expect(read?.attributes['db.system.name']).toBeUndefined()
  })

  test('no token is in it, whatever happened', () => {
    for (const run of [runOf(), runOf({ problem: `with ${rawToken} in it` }), runOf({ attempts: downgradeAttempts })])
      expect(JSON.stringify(spansOf(timed(run)))).not.toContain('4711')
  })
})
