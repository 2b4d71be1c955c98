import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Releases } from '../base/release.ts'
import { needsTarget, type Scenario } from '../domain/scenario.ts'
import type { TargetReadiness } from '../http/readiness.ts'
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../http/server.ts'
import type { Logger } from '../publish/logger.ts'
import { createPublication, type Publication } from '../publish/publication.ts'
import type { CarrierResources } from '../run/carriers/carrier.ts'
import { Scheduler, type StartRun } from '../schedule/scheduler.ts'
import { unknownTarget } from './check.ts'
import { Governors } from './governors.ts'
import { type AlarmSettings, openAlarms } from './open-alarms.ts'
import { type CarrierSettings, openCarrierResources } from './open-carriers.ts'
import { type OpenTargets, openTargets, type TargetSettings } from './open-targets.ts'
import { noContainer, startRunsOf } from './start-runs.ts'
import { TargetWatch, type WatchEvents } from './target-watch.ts'

export interface ServeSettings extends TargetSettings {
  readonly scenarios: readonly Scenario[]
  readonly listen: { readonly host: string; readonly port: number }
  readonly apiToken: string | undefined
  readonly allowUnauthenticated: boolean
  readonly maxSeries: number | undefined
  readonly provision: boolean
  readonly owner: string
  readonly version: string
  readonly revision: string
  /** Undefined: no stores, and the system's directory for temporary files. */
  readonly carriers?: CarrierSettings | undefined
  readonly falseAlarmEveryMs?: AlarmSettings['falseAlarmEveryMs']
}

export interface ServeSurroundings {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** hopwatch at work. */
export interface Service {
  readonly address: string
  /** Set when the embedded simulator is the target. */
  readonly simulatedRegions: readonly string[] | undefined
  /** Lets runs under way end within `graceMs`, then stops everything, last opened first. */
  drain(graceMs: number): Promise<void>
}

/**
 * Opens everything and starts the schedules. A target that does not answer is waited for, not fatal: only what can never
 * work rejects (`TargetProblem`, `ConfigurationProblem`).
 */
export async function startService(settings: ServeSettings, surroundings: ServeSurroundings): Promise<Service> {
  const { clock, random, logger } = surroundings
  const releases = new Releases()
  try {
    const targets = await openTargets(settings, clock, releases, (error) =>
      logger.error({ err: error }, 'the embedded simulator failed'),
    )
    for (const scenario of settings.scenarios) {
      if (needsTarget(scenario) && !targets.byName.has(scenario.target))
        throw unknownTarget(scenario, [...targets.byName.keys()])
    }
    const resources = openCarrierResources(settings.scenarios, settings.carriers, clock, releases)
    const watches: TargetWatch[] = []
    const { falseAlarmEveryMs, carriers } = settings
    const opened = openAlarms({ falseAlarmEveryMs, dataDir: carriers?.dataDir }, surroundings)
    const publication = createPublication({
      clock,
      alarms: opened.alarms,
      logger,
      version: settings.version,
      revision: settings.revision,
      ...(settings.maxSeries !== undefined && { maxSeries: settings.maxSeries }),
      moreSinks: [
        {
          name: 'target-watch',
          sink: {
            record: (run) => {
              for (const watch of watches) watch.suspect(run)
            },
            missed: () => {},
          },
        },
      ],
    })
    releases.add('publication', () => publication.close())
    opened.keep(() => publication.metrics.countAlarmSaveError(), releases)
    const scheduler = new Scheduler({ clock, random: random.fork('schedule'), sink: publication.sink })
    const governors = new Governors(settings.requestUnitsPerSecond, clock)
    publication.metrics.watchAdmission(() => governors.admittedShares())
    for (const scenario of settings.scenarios) publication.addScenario(scenario)

    const events = watchEvents(settings, surroundings, targets, publication, resources, (scenario, start) =>
      scheduler.add(scenario, start, governors.admit(scenario)),
    )
    const reached = new Set<string>()
    for (const target of targets.byName.values()) {
      const watch = new TargetWatch(target, {
        clock,
        provision: settings.provision || targets.simulator !== undefined,
        events: {
          ...events,
          onUp: (name, account) => {
            reached.add(name)
            events.onUp(name, account)
          },
        },
      })
      for (const scenario of settings.scenarios)
        if (needsTarget(scenario) && scenario.target === target.name) watch.add(scenario)
      watches.push(watch)
    }
    const independent = settings.scenarios.filter((scenario) => !needsTarget(scenario))
    const http = await openHttp(settings, surroundings, publication, watches, reached, independent.length, (name) =>
      scheduler.runNow(name),
    )
    releases.add('http', () => http.close())
    for (const watch of watches) releases.add('watch', () => watch.stop())
    const runs = { clock, random: random.fork('runs'), owner: settings.owner, resources, hopToken: settings.hopToken }
    for (const scenario of independent)
      scheduler.add(scenario, startRunsOf(scenario, undefined, noContainer, runs), governors.admit(scenario))
    await Promise.all(watches.map((watch) => watch.start()))

    return {
      address: http.address,
      simulatedRegions: targets.simulator && Object.keys(targets.simulator.regionalEndpoints),
      drain: async (graceMs) => {
        await scheduler.drain(graceMs)
        for (const { name, error } of await releases.close())
          logger.error({ part: name, err: error }, 'did not stop cleanly')
      },
    }
  } catch (error) {
    await releases.close()
    throw error
  }
}

function watchEvents(
  settings: ServeSettings,
  { clock, random, logger }: ServeSurroundings,
  targets: OpenTargets,
  { metrics }: Publication,
  resources: CarrierResources,
  schedule: (scenario: Scenario, start: StartRun) => void,
): WatchEvents {
  const runs = random.fork('runs')
  return {
    onUp: (target, account) => {
      metrics.setTargetUp(target, true)
      metrics.setAccountInfo(target, { ...account, consistency: account.consistency ?? 'unknown' })
      const { consistency, writeRegions, readRegions } = account
      logger.info({ target, consistency, writeRegions, readRegions }, 'target is up')
    },
    onDown: (target, problem) => {
      metrics.setTargetUp(target, false)
      logger.error(
        { target, problem: problem.message, remedy: problem.remedy },
        'target is down; asking again every 5 s',
      )
    },
    onReady: (scenario, ready) => {
      const target = targets.byName.get(scenario.target)!
      schedule(
        scenario,
        startRunsOf(scenario, target, ready, {
          clock,
          random: runs,
          owner: settings.owner,
          resources,
          simulator: targets.simulator,
          hopToken: settings.hopToken,
          onHopProblem: (name, hop, problem) => {
            if (problem === undefined) logger.info({ scenario: name, hop }, 'the hop answers again')
            else logger.warn({ scenario: name, hop, problem }, 'the hop does not answer as it should')
          },
        }),
      )
      if (!ready.ttlIsOn) {
        logger.warn(
          { scenario: scenario.name },
          'the container has TTL switched off: each run deletes its own document',
        )
      }
    },
    onNotReady: (scenario, problem) =>
      logger.error(
        { scenario: scenario.name, problem: problem.message, remedy: problem.remedy },
        'scenario cannot start; trying again every 5 s',
      ),
  }
}

function openHttp(
  settings: ServeSettings,
  { clock, logger }: ServeSurroundings,
  { metrics, totals, recent, history, alarms }: Publication,
  watches: readonly TargetWatch[],
  reached: ReadonlySet<string>,
  independentScenarios: number,
  runNow: HttpServerOptions['runNow'],
): Promise<HttpServer> {
  const readinessOf = (watch: TargetWatch): TargetReadiness => ({
    name: watch.target,
    wasReached: reached.has(watch.target),
    isUp: watch.isUp === true,
    problem: watch.problem?.message,
  })
  return startHttpServer({
    listen: settings.listen,
    apiToken: settings.apiToken,
    allowUnauthenticated: settings.allowUnauthenticated,
    logger,
    metrics,
    totals,
    recent,
    history,
    alarms,
    scenarios: () => settings.scenarios,
    runNow,
    readiness: () => ({
      scheduledScenarios: watches.reduce((sum, watch) => sum + watch.startedScenarios, independentScenarios),
      targets: watches.map(readinessOf),
    }),
    fingerprintKey: randomBytes(32),
    version: settings.version,
    startedAtWallMs: clock.wallMs(),
    wallMs: () => clock.wallMs(),
  })
}
