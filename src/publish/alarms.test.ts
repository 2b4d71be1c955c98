import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runOf, scenarioOf } from '../../test/http/support.ts'
import { ManualClock } from '../base/clock.ts'
import type { Scenario } from '../domain/scenario.ts'
import { AlarmKeeper } from './alarm-keeper.ts'
import { Alarms, type AlarmsOptions, usualFalseAlarmEveryMs } from './alarms.ts'
import { createLogger } from './logger.ts'

const name = 'travel-itinerary'
const scenario = scenarioOf(name)
const lost = runOf({ token: 'lost', carried: 'lost' })
const kept = runOf()

function logged() {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  return { lines, logger: createLogger({ level: 'info', destination }) }
}

function alarmsFor(scenarios: readonly Scenario[], changes: Partial<AlarmsOptions> = {}) {
  const { lines, logger } = logged()
  const clock = new ManualClock(1_700_000_000_000)
  const alarms = new Alarms({
    clock,
    logger,
    falseAlarmEveryMs: usualFalseAlarmEveryMs,
    meanPeriodMs: () => 2000,
    recall: () => undefined,
    onTurn: () => {},
    ...changes,
  })
  for (const each of scenarios) alarms.addScenario(each)
  const tokenLoss = () => alarms.statusOf(name).find(({ kind }) => kind === 'tokenLoss')!
  const repeat = (run: typeof lost, times: number) => {
    for (let i = 0; i < times; i++) alarms.record(run)
  }
  return { alarms, lines, clock, logger, tokenLoss, repeat }
}

describe('a journey that loses tokens', () => {
  test('raises the alarm once, names where, and clears when it is mended', async () => {
    const { lines, clock, tokenLoss, repeat } = alarmsFor([scenario])
    repeat(kept, 50)
    expect(tokenLoss()).toMatchObject({ isRaised: false, places: [] })
    repeat(lost, 20)
    expect(tokenLoss()).toMatchObject({
      isRaised: true,
      evidence: 1,
      raisedAtWallMs: 1_700_000_000_000,
      places: [{ place: 'gateway → itinerary by header', runs: 20 }],
    })
    await clock.advance(60_000)
    repeat(kept, 40)
    expect(tokenLoss()).toMatchObject({ isRaised: false, evidence: 0, raisedAtWallMs: undefined, places: [] })
    expect(lines).toMatchObject([
      {
        level: 'error',
        scenario: name,
        from: 'gateway',
        to: 'itinerary',
        carrier: 'header',
        where: 'gateway → itinerary by header',
        run: 'run-1',
        msg: 'token-loss alarm: more reads go without their token than chance explains',
      },
      {
        level: 'info',
        scenario: name,
        raisedForMs: 60_000,
        msg: 'token-loss alarm cleared: it is as it should be again',
      },
    ])
  })

  test('a place counts once a run, however many reads went wrong there', () => {
    const { tokenLoss, repeat } = alarmsFor([scenario])
    const twice = { ...lost, events: [...lost.events, ...lost.events] }
    repeat(twice, 3)
    expect(tokenLoss()).toMatchObject({
      episode: { runs: 3, wrong: 3 },
      places: [{ place: 'gateway → itinerary by header', runs: 3 }],
    })
  })

  test('of a long episode the places tell the recent part, as its runs do', () => {
    const { tokenLoss, repeat } = alarmsFor([scenario])
    repeat(lost, 5000)
    const { episode, places } = tokenLoss()
    expect(episode.runs).toBeLessThanOrEqual(1000)
    expect(places[0]!.runs / episode.runs).toBeCloseTo(1, 1)
  })

  test('the evidence grows before the alarm goes off', () => {
    const { alarms, tokenLoss } = alarmsFor([scenario])
    alarms.record(lost)
    expect(tokenLoss().isRaised).toBe(false)
    expect(tokenLoss().evidence).toBeGreaterThan(0.2)
  })

  test.each(['control', 'canary', 'nobody'])('not in the arm %s, where that is the purpose', (arm) => {
    const arms = [...scenario.arms, { name: 'canary', share: 0, token: 'unsatisfiable' as const }]
    const { tokenLoss, repeat } = alarmsFor([scenarioOf(name, { arms })])
    repeat(runOf({ arm, token: 'lost', carried: 'lost' }), 100)
    expect(tokenLoss()).toMatchObject({ isRaised: false, evidence: 0 })
  })

  test('stale reads have an alarm of their own', () => {
    const { alarms, repeat } = alarmsFor([scenario])
    repeat(runOf({ judgement: { verdict: 'stale', versionsBehind: 1 } }), 20)
    expect(alarms.statusOf(name).map(({ kind, isRaised }) => [kind, isRaised])).toEqual([
      ['tokenLoss', false],
      ['staleReads', true],
    ])
  })

  test('an objective of 100 % switches an alarm off', () => {
    const objectives = { ...scenario.objectives, staleReads: 1 }
    expect(
      alarmsFor([scenarioOf(name, { objectives })])
        .alarms.statusOf(name)
        .map(({ kind }) => kind),
    ).toEqual(['tokenLoss'])
  })
})

describe('when the files change', () => {
  const halfway = () => {
    const found = alarmsFor([scenario])
    found.repeat(lost, 2)
    return { ...found, evidence: found.tokenLoss().evidence }
  }

  test.each(['replaced', 'removed and brought back'])(
    'a scenario %s with the same journey keeps its evidence',
    (how) => {
      const { alarms, tokenLoss, evidence } = halfway()
      if (how !== 'replaced') alarms.removeScenario(name)
      if (how !== 'replaced') expect(alarms.statusOf(name)).toEqual([])
      alarms.addScenario(scenarioOf(name, { about: 'told anew' }))
      expect(tokenLoss().evidence).toBe(evidence)
    },
  )

  test.each([
    ['another journey', { journey: scenario.journey.slice(1) }],
    ['another objective', { objectives: { ...scenario.objectives, tokenLoss: 0.05 } }],
  ])('%s starts anew', (_, changes) => {
    const { alarms, tokenLoss } = halfway()
    alarms.addScenario(scenarioOf(name, changes))
    expect(tokenLoss()).toMatchObject({ evidence: 0, isRaised: false })
  })

  test.each([
    [
      'to another journey',
      { journey: scenario.journey.slice(1) },
      'its evidence was about another journey or tolerated rate than the file now declares',
    ],
    [
      'to tolerate everything',
      { objectives: { ...scenario.objectives, tokenLoss: 1 } },
      'the file now tolerates everything',
    ],
  ])('a raised alarm whose file changes %s ends, and the log says so', (_, changes, why) => {
    let turns = 0
    const { alarms, lines, repeat } = alarmsFor([scenario], { onTurn: () => turns++ })
    repeat(lost, 20)
    alarms.addScenario(scenarioOf(name, changes))
    expect(lines.at(-1)).toMatchObject({
      level: 'warn',
      scenario: name,
      msg: `token-loss alarm was raised and is no more: ${why}`,
    })
    expect(turns).toBe(2)
    // Told once.
    alarms.addScenario(scenarioOf(name, changes))
    expect(turns).toBe(2)
  })
})

describe('on disk', () => {
  let directory: string
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'hopwatch-alarm-')), 'alarm')
  })
  afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

  /** A process that keeps its alarms in the directory. */
  function start(scenarios: readonly Scenario[] = [scenario]) {
    const clock = new ManualClock(1_700_000_000_000)
    const kept = logged()
    const keeper = new AlarmKeeper({ directory, clock, logger: kept.logger })
    const found = alarmsFor(scenarios, { recall: (of) => keeper.recall(of), onTurn: () => keeper.wake() })
    let errors = 0
    keeper.keep(found.alarms, () => errors++)
    return { ...found, keeper, clock, kept: kept.lines, errors: () => errors }
  }
  const path = () => join(directory, `${name}.json`)

  test('a restart goes on where it stopped', async () => {
    const before = start()
    before.repeat(lost, 20)
    const status = before.tokenLoss()
    await before.keeper.close()

    const since = start()
    expect(since.tokenLoss()).toEqual(status)
    expect(since.lines).toMatchObject([{ level: 'warn', msg: 'token-loss alarm: still raised from before' }])
    since.repeat(kept, 40)
    expect(since.tokenLoss().isRaised).toBe(false)
    await since.keeper.close()
    expect(await readdir(directory)).toEqual([`${name}.json`])
    expect((await readFile(path(), 'utf8')).length).toBeLessThan(2000)
  })

  test('evidence about another journey is none', async () => {
    const before = start()
    before.repeat(lost, 20)
    await before.keeper.close()
    const since = start([scenarioOf(name, { partitions: 3 })])
    expect(since.tokenLoss()).toMatchObject({ isRaised: false, evidence: 0, places: [] })
    await since.keeper.close()
  })

  test('a raised alarm is written at once, growing evidence within half a minute, a quiet alarm only once', async () => {
    const { repeat, keeper, clock } = start()
    const saved = async () => JSON.parse(await readFile(path(), 'utf8')).tokenLoss.alarm
    repeat(lost, 1)
    await clock.advance(30_000)
    await expect.poll(saved).toMatchObject({ wrong: 1, isRaised: false })
    repeat(lost, 19)
    await expect.poll(saved).toMatchObject({ wrong: 20, isRaised: true })
    repeat(kept, 40)
    await expect.poll(saved).toMatchObject({ isRaised: false })
    await rm(path())
    repeat(kept, 500)
    await clock.advance(30_000)
    await clock.advance(30_000)
    // What would be written is, on a real disk, in real time.
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await readdir(directory)).toEqual([])
    await keeper.close()
    expect(await readdir(directory)).toEqual([`${name}.json`])
  })

  test.each([
    ['not JSON', '{"version":1,'],
    ['empty', ''],
    ['of a later version', '{"version":2,"scenario":"travel-itinerary"}'],
    ['of another shape', '{"version":1,"scenario":"travel-itinerary","tokenLoss":{"alarm":{"capitals":[1e999]}}}'],
    [
      'of other stakes',
      '{"version":1,"scenario":"x","tokenLoss":{"subject":"","alarm":{"capitals":[1],"isRaised":false,"mended":0,"badRate":0,"runs":0,"wrong":0},"places":[]}}',
    ],
    ['huge', ' '.repeat(1024 * 1024 + 1)],
  ])('a file that is %s is put aside with a warning, and the alarm starts quiet', async (_, text) => {
    await start().keeper.close()
    await writeFile(path(), text)
    const { kept, keeper, tokenLoss } = start()
    expect(tokenLoss()).toMatchObject({ isRaised: false, evidence: 0 })
    expect(kept).toMatchObject([{ level: 'warn', scenario: name, aside: `${path()}.unreadable-1700000000000` }])
    await keeper.close()
    expect(await readdir(directory)).toEqual([`${name}.json`, `${name}.json.unreadable-1700000000000`])
    expect(await readFile(`${path()}.unreadable-1700000000000`, 'utf8')).toBe(text)
  })

  test('a disk that fails is counted and told of, and the alarm goes on', async () => {
    // A file where the directory should be: it fails for root as well.
    await writeFile(directory, '')
    const { repeat, tokenLoss, keeper, errors, kept } = start()
    repeat(lost, 20)
    await keeper.close()
    expect(tokenLoss().isRaised).toBe(true)
    expect(errors()).toBeGreaterThan(0)
    expect(kept.filter(({ level }) => level === 'error')).toMatchObject([
      { scenario: name, msg: 'the state of an alarm was not saved; a restart would forget it' },
    ])
  })
})
