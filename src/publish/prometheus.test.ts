import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  atEndpoints,
  attemptOf,
  downgradeAttempts,
  plausibleRun,
  publicationFor,
  runOf,
  scenarioOf,
  seeded,
  textOf,
  wallStartMs,
} from '../../test/http/support.ts'
import { hasPromtool } from '../../test/rules/promtool.ts'
import { ManualClock } from '../base/clock.ts'
import type { Scenario } from '../domain/scenario.ts'
import { declaredReads } from './declare-series.ts'
import type { Publication } from './publication.ts'

const name = 'travel-itinerary'
const only = (scenario = scenarioOf(name)) => publicationFor([scenario])

/** Every sample as `name{labels}` → value. */
async function scrape(publication: Publication): Promise<Map<string, number>> {
  const body = textOf(await publication.metrics.expose('text'))
  return new Map(
    body
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

const reads = (arm: string, verdict: string, token: string) =>
  `hopwatch_reads_total{scenario="${name}",arm="${arm}",hop="itinerary",region="North Europe",verdict="${verdict}",token="${token}"}`

describe('before the first run', () => {
  test('every counter that the file can name exists at zero', async () => {
    const samples = await scrape(only())
    for (const arm of ['propagated', 'control'])
      for (const [verdict, token] of declaredReads) expect(samples.get(reads(arm, verdict, token))).toBe(0)
    for (const series of [
      `hopwatch_writes_total{scenario="${name}",arm="control",hop="gateway",region="West Europe",outcome="indeterminate"}`,
      `hopwatch_retries_total{scenario="${name}",arm="propagated",hop="itinerary",reason="session"}`,
      `hopwatch_token_carries_total{scenario="${name}",arm="propagated",from="gateway",to="itinerary",carrier="header",token="lost"}`,
      `hopwatch_request_units_total{scenario="${name}",arm="propagated",hop="gateway",operation="upsert"}`,
      `hopwatch_runs_total{scenario="${name}",arm="propagated",result="crashed"}`,
      `hopwatch_runs_missed_total{scenario="${name}",reason="overlap"}`,
      `hopwatch_findings_total{scenario="${name}",arm="propagated",finding="broken-promise"}`,
      `hopwatch_operation_duration_seconds_count{scenario="${name}",hop="itinerary",region="North Europe",operation="point",outcome="succeeded"}`,
      'hopwatch_sink_errors_total{sink="history"}',
      'hopwatch_series_refused_total',
    ])
      expect(samples.get(series), series).toBe(0)
  })

  test('what a poll will feed exists at zero, in its own words: of a workaround that queries in place of a point read', async () => {
    const polling = { everyMs: 25, withinMs: 5000 }
    const samples = await scrape(
      only(
        scenarioOf(name, {
          journey: [
            ...scenarioOf(name).journey,
            { kind: 'poll', at: 'gateway', read: 'cross-partition-query', ...polling },
          ],
          arms: [
            { name: 'propagated', share: 0.9, token: 'carried' },
            {
              name: 'workaround',
              share: 0.1,
              token: 'lost',
              instead: { kind: 'poll', read: 'query', ...polling },
            },
          ],
        }),
      ),
    )
    const units = (arm: string, hop: string, operation: string) =>
      samples.get(`hopwatch_request_units_total{scenario="${name}",arm="${arm}",hop="${hop}",operation="${operation}"}`)
    expect(units('workaround', 'itinerary', 'query')).toBe(0)
    expect(units('propagated', 'itinerary', 'query')).toBeUndefined()
    for (const arm of ['propagated', 'workaround']) {
      expect(units(arm, 'gateway', 'cross-partition-query')).toBe(0)
      expect(
        samples.get(`hopwatch_polls_total{scenario="${name}",arm="${arm}",hop="gateway",outcome="not-shown"}`),
      ).toBe(0)
    }
  })

  test('a ratio or quantile without samples is absent, not 0', async () => {
    const names = [...(await scrape(only())).keys()].join('\n')
    for (const gauge of [
      'stale_read_ratio',
      'token_loss_ratio',
      'token_protection_ratio',
      'quantile_seconds',
      'target_up',
    ])
      expect(names).not.toContain(gauge)
  })
})

describe('after runs', () => {
  test('each run is counted where it belongs', async () => {
    const publication = only()
    const { sink } = publication
    sink.record(runOf({ id: 'a' }))
    sink.record(
      runOf({
        id: 'b',
        judgement: { verdict: 'stale', versionsBehind: 2 },
        token: 'dropped',
        attempts: downgradeAttempts,
      }),
    )
    sink.record(runOf({ id: 'c', arm: 'control', token: 'lost' }))
    sink.record(
      runOf({ id: 'd', arm: 'control', token: 'lost', judgement: { verdict: 'missing', detail: 'not-found' } }),
    )
    sink.missed(name, 'late', 3)
    const samples = await scrape(publication)
    const expected: Record<string, number> = {
      [reads('propagated', 'fresh', 'intact')]: 1,
      [reads('propagated', 'stale', 'dropped')]: 1,
      [reads('control', 'fresh', 'lost')]: 1,
      [reads('control', 'missing', 'lost')]: 1,
      [reads('propagated', 'stale', 'intact')]: 0,
      [`hopwatch_retries_total{scenario="${name}",arm="propagated",hop="itinerary",reason="session"}`]: 1,
      [`hopwatch_findings_total{scenario="${name}",arm="propagated",finding="silent-downgrade-seen"}`]: 1,
      [`hopwatch_runs_missed_total{scenario="${name}",reason="late"}`]: 3,
      [`hopwatch_request_units_total{scenario="${name}",arm="propagated",hop="itinerary",operation="point"}`]: 3,
      [`hopwatch_stale_read_ratio{scenario="${name}",arm="propagated"}`]: 0.5,
      [`hopwatch_token_loss_ratio{scenario="${name}",arm="propagated"}`]: 0,
      [`hopwatch_token_loss_ratio{scenario="${name}",arm="control"}`]: 1,
      [`hopwatch_token_protection_ratio{scenario="${name}",bound="point"}`]: 0,
      [`hopwatch_versions_behind_bucket{scenario="${name}",arm="propagated",le="0"}`]: 1,
      [`hopwatch_versions_behind_bucket{scenario="${name}",arm="propagated",le="2"}`]: 2,
    }
    for (const [series, value] of Object.entries(expected)) expect(samples.get(series), series).toBe(value)
    const p99 = `hopwatch_operation_duration_quantile_seconds{scenario="${name}",hop="itinerary",operation="point",quantile="0.99"}`
    expect(Math.abs((samples.get(p99) ?? 0) / 0.005 - 1)).toBeLessThan(0.01)
  })

  test('protection is shown only where withholding the token made something stale', async () => {
    const publication = only()
    for (let i = 0; i < 20; i++) {
      publication.sink.record(runOf({ id: `p${i}` }))
      publication.sink.record(runOf({ id: `c${i}`, arm: 'control', token: 'lost' }))
    }
    expect([...(await scrape(publication)).keys()].join()).not.toContain('token_protection')
    publication.sink.record(
      runOf({ id: 's', arm: 'control', token: 'lost', judgement: { verdict: 'stale', versionsBehind: 1 } }),
    )
    const samples = await scrape(publication)
    const bound = (which: string) =>
      samples.get(`hopwatch_token_protection_ratio{scenario="${name}",bound="${which}"}`) ?? Number.NaN
    expect(bound('point')).toBeCloseTo(1 / 21)
    expect(bound('low')).toBeLessThan(0)
    expect(bound('high')).toBeGreaterThan(bound('point'))
  })

  test('the last finding: when it was, in the arms that carry the token only', async () => {
    const publication = only()
    const last = `hopwatch_last_finding_timestamp_seconds{scenario="${name}",finding="token-loss-latent"}`
    publication.sink.record(runOf())
    publication.sink.record(runOf({ arm: 'control', token: 'lost' }))
    expect((await scrape(publication)).has(last)).toBe(false)
    publication.sink.record(runOf({ token: 'lost' }))
    expect((await scrape(publication)).get(last)).toBe((wallStartMs + 40) / 1000)
  })

  test('reads and polls by arm: how long the application waits', async () => {
    const publication = only()
    publication.sink.record(runOf({ readMs: 5 }))
    publication.sink.record(runOf({ readMs: 15 }))
    const samples = await scrape(publication)
    const figure = (which: string) =>
      samples.get(`hopwatch_read_duration_seconds_${which}{scenario="${name}",arm="propagated"}`)
    expect(figure('count')).toBe(2)
    expect(figure('sum')).toBeCloseTo(0.02)
  })

  test('objectives as the file declares them, from the start', async () => {
    const samples = await scrape(only())
    const { objectives } = scenarioOf(name)
    const limit = (objective: string) =>
      samples.get(`hopwatch_objective_ratio{scenario="${name}",objective="${objective}"}`)
    expect(limit('staleReads')).toBe(objectives.staleReads)
    expect(limit('retriesPerRead')).toBe(objectives.retriesPerRead)
    const p95Ms = objectives.p95Ms
    expect(samples.get(`hopwatch_objective_read_seconds{scenario="${name}"}`)).toBe(p95Ms && p95Ms / 1000)
  })

  test('visibility: seen and unseen, and its request units', async () => {
    const publication = only()
    const run = runOf()
    const again = {
      kind: 'visibility',
      hop: 'itinerary',
      region: 'North Europe',
      observations: [],
      requestUnits: 0,
    } as const
    publication.sink.record({
      ...run,
      events: [...run.events, { ...again, visibleAfterMs: 300 }, { ...again, visibleAfterMs: undefined }],
    })
    const samples = await scrape(publication)
    const pair = 'write_region="West Europe",region="North Europe"'
    expect(samples.get(`hopwatch_visibility_seconds_sum{scenario="${name}",${pair}}`)).toBe(0.3)
    expect(samples.get(`hopwatch_visibility_unseen_total{scenario="${name}",region="North Europe"}`)).toBe(1)
  })

  test('the window forgets after five minutes, the counters do not', async () => {
    const clock = new ManualClock(wallStartMs)
    const publication = publicationFor([scenarioOf(name)], { clock })
    publication.sink.record(runOf({ judgement: { verdict: 'stale', versionsBehind: 1 }, token: 'behind' }))
    const ratio = `hopwatch_stale_read_ratio{scenario="${name}",arm="propagated"}`
    await clock.advance(240_000)
    expect((await scrape(publication)).get(ratio)).toBe(1)
    await clock.advance(60_000)
    const samples = await scrape(publication)
    expect(samples.has(ratio)).toBe(false)
    expect(samples.get(reads('propagated', 'stale', 'behind'))).toBe(1)
  })

  test('what a service behind an endpoint spends and retries is not counted as 0, but not at all', async () => {
    const request = { method: 'GET', path: '/', headers: {}, body: undefined, expect: [], token: undefined } as const
    const unasked = { kind: 'request', request, version: undefined, missing: undefined } as const
    const publication = publicationFor([
      scenarioOf(name, {
        journey: [
          { ...unasked, at: 'gateway', does: 'write' },
          { ...unasked, at: 'itinerary', does: 'read' },
        ],
      }),
    ])
    publication.sink.record(atEndpoints(runOf()))
    const series = [...(await scrape(publication)).keys()]
    expect(series.filter((each) => /^hopwatch_(request_units|retries)_total/.test(each))).toEqual([])
    expect(series).toContain(reads('propagated', 'fresh', 'intact'))
  })

  test('labels come from the file: what no file names makes no series', async () => {
    const publication = only()
    const before = (await scrape(publication)).size
    const run = runOf()
    publication.sink.record({ ...run, scenario: 'nobody' })
    publication.sink.record({ ...run, arm: 'nobody' })
    publication.sink.missed('nobody', 'late', 1)
    publication.sink.record({
      ...run,
      events: run.events.map((event) => (event.kind === 'read' ? { ...event, region: 'Mars' } : event)),
    })
    const text = [...(await scrape(publication)).keys()].join('\n')
    expect(text).not.toMatch(/nobody|Mars/)
    // What the last run does add: ratios and quantiles.
    expect((await scrape(publication)).size).toBe(before + 2 + 8)
  })
})

describe('series come and go', () => {
  test('a removed scenario takes its series along and gives the cap back', async () => {
    const publication = publicationFor([scenarioOf('a'), scenarioOf('b')])
    publication.sink.record(runOf({ scenario: 'a' }))
    await scrape(publication)
    publication.removeScenario('a')
    const budgetRatioShown = 1
    const text = [...(await scrape(publication)).keys()].join('\n')
    expect(text).not.toContain('scenario="a"')
    expect(text).toContain('scenario="b"')
    expect(publication.metrics.seriesCount).toBe(
      publicationFor([scenarioOf('b')]).metrics.seriesCount + budgetRatioShown,
    )
    publication.sink.record(runOf({ scenario: 'a' }))
    expect([...(await scrape(publication)).keys()].join('\n')).not.toContain('scenario="a"')
  })

  test('a changed scenario keeps its counts where their labels still mean something, and begins its windows anew', async () => {
    const publication = publicationFor([scenarioOf(name)])
    publication.sink.record(runOf())
    publication.sink.record(runOf({ id: 'control', arm: 'control', token: 'lost' }))
    const before = await scrape(publication)
    const changed = scenarioOf(name, {
      about: 'changed',
      arms: scenarioOf(name).arms.filter(({ name: arm }) => arm === 'propagated'),
    })
    publication.replaceScenario(changed)
    const after = await scrape(publication)
    const lost = [...before.keys()].filter((series) => !after.has(series))
    const counters = [...before.keys()].filter((series) => /_(total|count|sum|bucket)\{/.test(series))
    expect(lost.length).toBeGreaterThan(0)
    for (const series of counters)
      if (series.includes('arm="control"')) expect(after.has(series)).toBe(false)
      else expect(after.get(series)).toBe(before.get(series))
    expect(after.get(reads('propagated', 'fresh', 'intact'))).toBe(1)
    expect(publication.totals.snapshot()[0]?.arms.map(({ readsTotal }) => readsTotal)).toEqual([0])
    expect(after.has(`hopwatch_stale_read_ratio{scenario="${name}",arm="propagated"}`)).toBe(false)
    // And it counts on from there.
    publication.sink.record(runOf({ id: 'next' }))
    expect((await scrape(publication)).get(reads('propagated', 'fresh', 'intact'))).toBe(2)
  })

  test('a hop that a changed scenario no longer has ends with its regions; objectives are those of the new file', async () => {
    const publication = publicationFor([scenarioOf(name)])
    publication.sink.record(runOf())
    const { hops } = scenarioOf(name)
    const renamed = hops.map((hop, index) => (index === 1 ? { ...hop, name: 'another', region: 'East US' } : hop))
    const journey = JSON.parse(
      JSON.stringify(scenarioOf(name).journey).replaceAll(`"${hops[1]!.name}"`, '"another"'),
    ) as Scenario['journey']
    const none = { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined }
    publication.replaceScenario(scenarioOf(name, { hops: renamed, journey, objectives: none }))
    const text = [...(await scrape(publication)).keys()].join('\n')
    expect(text).not.toContain(`hop="${hops[1]!.name}"`)
    expect(text).not.toContain(`to="${hops[1]!.name}"`)
    expect(text).not.toContain(`region="${hops[1]!.region}"`)
    expect(text).toContain(`hop="${hops[0]!.name}"`)
    expect(text).not.toContain('hopwatch_objective')
  })

  test('a hop that a changed scenario puts into the region of another hop takes no series along from where it was', async () => {
    const publication = publicationFor([scenarioOf(name)])
    publication.sink.record(runOf())
    const [gateway, itinerary] = scenarioOf(name).hops
    publication.replaceScenario(
      scenarioOf(name, {
        hops: [gateway!, { ...itinerary!, region: gateway!.region }, { ...itinerary!, name: 'third' }],
      }),
    )
    const text = [...(await scrape(publication)).keys()].join('\n')
    expect(text).not.toContain('hop="itinerary",region="North Europe"')
    expect(text).toContain('hop="itinerary",region="West Europe"')
    expect(text).toContain('hop="gateway",region="West Europe"')
  })

  test('how the last reading of the files went, and which shard this is', async () => {
    const publication = publicationFor([])
    publication.metrics.setReload(true, 1_700_000_000_500)
    publication.metrics.setReload(false, 1_700_000_009_000)
    publication.metrics.setShard({ index: 1, count: 3 })
    const samples = await scrape(publication)
    expect(samples.get('hopwatch_config_last_reload_successful')).toBe(0)
    expect(samples.get('hopwatch_config_last_reload_success_timestamp_seconds')).toBe(1_700_000_000.5)
    expect(samples.get('hopwatch_shard_info{shard="1",shards="3"}')).toBe(1)
  })

  test('the cap refuses what would break it, counts it, and spares what tells of targets', async () => {
    const publication = publicationFor([scenarioOf('a'), scenarioOf('b')], { maxSeries: 300 })
    publication.metrics.setTargetUp('default', false)
    const samples = await scrape(publication)
    expect(publication.metrics.seriesCount).toBeLessThanOrEqual(300)
    expect([...samples.keys()].filter((series) => series.includes('scenario=')).length).toBeLessThanOrEqual(300)
    expect(samples.get('hopwatch_series_refused_total')).toBeGreaterThan(0)
    expect(samples.get('hopwatch_target_up{target="default"}')).toBe(0)
  })

  test('what is counted is what is printed, whatever the scenario', async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(names, async (hops) => {
        const scenario = scenarioOf('any', {
          hops: hops.map((hop) => ({
            name: hop,
            region: undefined,
            client: 'own',
            retries: 'sdk',
            consistency: 'Session',
          })),
          journey: hops.flatMap((at) => [
            { kind: 'write' as const, write: 'upsert' as const, at },
            { kind: 'read' as const, read: 'query' as const, at },
          ]),
        })
        const publication = publicationFor([scenario])
        const samples = await scrape(publication)
        expect([...samples.keys()].filter((series) => series.includes('scenario="any"')).length).toBe(
          publication.metrics.seriesCount,
        )
      }),
      { numRuns: 20 },
    )
  })

  test('an account is described once, however often it changes', async () => {
    const publication = only()
    publication.metrics.setAccountInfo('default', {
      consistency: 'Session',
      writeRegions: ['West Europe'],
      readRegions: [],
    })
    publication.metrics.setAccountInfo('default', {
      consistency: 'Eventual',
      writeRegions: ['a"b\\c'],
      readRegions: ['x', 'y'],
    })
    const described = [...(await scrape(publication)).keys()].filter((series) =>
      series.startsWith('hopwatch_account_info'),
    )
    expect(described).toEqual([
      'hopwatch_account_info{target="default",consistency="Eventual",write_regions="a\\"b\\\\c",read_regions="x,y"}',
    ])
  })
})

describe('formats', () => {
  const busy = () => {
    const publication = publicationFor([scenarioOf(name)], { processMetrics: true })
    const random = seeded('formats')
    for (let i = 0; i < 200; i++) publication.sink.record(plausibleRun(i, name, random, wallStartMs))
    publication.sink.record(
      runOf({
        judgement: { verdict: 'failed', reason: 'timeout' },
        attempts: [attemptOf({ status: undefined, failure: 'timeout' })],
      }),
    )
    publication.metrics.setTargetUp('default', true)
    return publication
  }

  test('OpenMetrics: counters named without _total, exemplars that name the run and its trace, and an end', async () => {
    const exposition = await busy().metrics.expose('openmetrics')
    const body = textOf(exposition)
    expect(exposition.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(body.endsWith('\n# EOF\n')).toBe(true)
    expect(body).toContain('# TYPE hopwatch_reads counter\nhopwatch_reads_total{')
    expect(body).toContain('# TYPE process_cpu_seconds counter\nprocess_cpu_seconds_total ')
    expect(body).toMatch(
      /hopwatch_operation_duration_seconds_bucket\{[^}]+\} \d+ # \{trace_id="[0-9a-f]{32}",run_id="travel-itinerary-\d+"\} 0\.\d+ \d+/,
    )
    const stale = body.split('\n').filter((line) => line.startsWith('hopwatch_reads_total{') && line.includes(' # '))
    expect(stale).not.toHaveLength(0)
    for (const line of stale)
      expect(line).toMatch(/verdict="stale".*\} [1-9]\d* # \{trace_id="[0-9a-f]{32}",run_id="[^"]+"\} 1 \d+/)
    expect(body).not.toMatch(/\n\n/)
  })

  test('text after OpenMetrics is unharmed, and has no exemplars', async () => {
    const publication = busy()
    await publication.metrics.expose('openmetrics')
    const exposition = await publication.metrics.expose('text')
    const body = textOf(exposition)
    expect(exposition.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(body).toContain('# TYPE hopwatch_reads_total counter')
    expect(body).toContain('# TYPE process_cpu_seconds_total counter')
    expect(body).not.toContain(' # {')
    expect(body).not.toContain('# EOF')
  })

  test.skipIf(!hasPromtool)(
    'promtool check metrics finds nothing (skipped where promtool is not installed)',
    async () => {
      const body = textOf(await busy().metrics.expose('text'))
      const checked = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' })
      expect(checked.stdout + checked.stderr).toBe('')
      expect(checked.status).toBe(0)
    },
  )
})
