import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Releases } from '../base/release.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { ReloadOutcome } from '../http/reload.ts'
import { startHttpServer } from '../http/server.ts'
import type { Logger } from '../publish/logger.ts'
import type { Telemetry } from '../publish/otel/start-telemetry.ts'
import { createPublication, type Publication } from '../publish/publication.ts'
import { Scheduler, type StartRun } from '../schedule/scheduler.ts'
import { isOnShard, type Shard } from '../schedule/shard.ts'
import { checkTargetNames } from './check.ts'
import { Governors } from './governors.ts'
import { type AlarmSettings, openAlarms } from './open-alarms.ts'
import { type CarrierSettings, checkStores, openCarrierResources } from './open-carriers.ts'
import { checkPlace, openTargets, readKeysAnew, type TargetSettings } from './open-targets.ts'
import { closeTelemetry, telemetrySinks } from './open-telemetry.ts'
import { openWatches } from './open-watches.ts'
import { type LoadFiles, Reloader, type ReloadTrigger } from './reload.ts'
import { RunningSet } from './running-set.ts'
import { startRunsOf } from './start-runs.ts'
import type { ScenarioReady } from './target-watch.ts'
import { watchEvents } from './watch-events.ts'

export interface ServeSettings extends TargetSettings {
  /** All that the files hold; a shard runs its part. */
  readonly scenarios: readonly Scenario[]
  /** Undefined: this process runs all of them. */
  readonly shard?: Shard | undefined
  /** Reads the files anew. */
  readonly load: LoadFiles
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
  /** Undefined: OpenTelemetry is off. */
  readonly telemetry?: Telemetry | undefined
}

/** hopwatch at work. */
export interface Service {
  readonly address: string
  /** Set when the embedded simulator is the target. */
  readonly simulatedRegions: readonly string[] | undefined
  /** Reads the files anew and runs what they say. Never rejects for what they say. */
  reload(trigger: ReloadTrigger): Promise<ReloadOutcome>
  /**
   * Lets runs under way end within `graceMs`, then stops everything, last opened first. False: something that cannot be stopped, such as a
   * request to a receiver that does not answer, is still under way and would keep the process.
   */
  drain(graceMs: number): Promise<boolean>
}

/**
 * Opens everything and starts the schedules. A target that does not answer is waited for, not fatal: only what can never
 * work rejects (`TargetProblem`, `ConfigurationProblem`).
 */
export async function startService(settings: ServeSettings, surroundings: ServeSurroundings): Promise<Service> {
  const { clock, random, logger, telemetry } = surroundings
  const { shard } = settings
  const ownOf = (scenarios: readonly Scenario[]) =>
    shard === undefined ? scenarios : scenarios.filter(({ name }) => isOnShard(name, shard))
  const releases = new Releases()
  try {
    const targets = await openTargets(
      settings,
      clock,
      releases,
      (error) => logger.error({ err: error }, 'the embedded simulator failed'),
      ({ name, secretFrom }) => logger.info({ target: name, from: secretFrom }, 'requests are signed with a new key'),
    )
    checkTargetNames(settings.scenarios, [...targets.byName.keys()])
    const resources = openCarrierResources(settings.scenarios, settings.carriers, clock, releases)
    const { falseAlarmEveryMs, carriers } = settings
    const opened = openAlarms({ falseAlarmEveryMs, dataDir: carriers?.dataDir }, surroundings)
    const publication: Publication = createPublication({
      clock,
      alarms: opened.alarms,
      logger,
      version: settings.version,
      revision: settings.revision,
      ...(settings.maxSeries !== undefined && { maxSeries: settings.maxSeries }),
      moreSinks: telemetrySinks(telemetry, (name) => publication.metrics.scenario(name)),
    })
    releases.add('publication', () => publication.close())
    opened.keep(() => publication.metrics.countAlarmSaveError(), releases)
    const { metrics } = publication
    telemetry?.attach(metrics)
    if (shard) metrics.setShard(shard)
    const scheduler = new Scheduler({ clock, random: random.fork('schedule'), sink: publication.sink })
    const governors = new Governors(settings.requestUnitsPerSecond, clock)
    metrics.watchAdmission(() => governors.admittedShares())

    const runs = random.fork('runs')
    const startRuns = (scenario: Scenario, ready: ScenarioReady, generation: number): StartRun =>
      startRunsOf(scenario, targets.byName.get(scenario.target), ready, {
        clock,
        random: runs,
        owner: settings.owner,
        generation,
        resources,
        simulator: targets.simulator,
        hopToken: settings.hopToken,
        sampleTrace: telemetry?.sampleTrace,
        onHopProblem: (name, hop, problem) => {
          if (problem === undefined) logger.info({ scenario: name, hop }, 'the hop answers again')
          else logger.warn({ scenario: name, hop, problem }, 'the hop does not answer as it should')
        },
      })
    const watches = openWatches(targets.byName, {
      clock,
      provision: settings.provision || targets.simulator !== undefined,
      events: watchEvents(metrics, logger, (scenario, ready) => set.schedule(scenario, ready)),
    })
    const set: RunningSet = new RunningSet({
      scheduler,
      governors,
      publication,
      targets: targets.byName,
      watches: watches.byTarget,
      startRuns,
    })
    const reloader = new Reloader({
      load: async () => {
        const loaded = await settings.load()
        const problems = loaded.problems ?? (await readKeysAnew(targets.byName.values()))
        return problems.length > 0 ? { problems } : loaded
      },
      check: (scenarios) => {
        checkPlace(scenarios, settings.targets.length === 0)
        checkTargetNames(scenarios, [...targets.byName.keys()])
        checkStores(scenarios, settings.carriers?.stores ?? new Map())
      },
      apply: ({ scenarios, requestUnitsPerSecond }) => {
        governors.changeBudget(requestUnitsPerSecond)
        return set.load(ownOf(scenarios))
      },
      onOutcome: (isSuccessful, atWallMs) => metrics.setReload(isSuccessful, atWallMs),
      clock,
      logger,
    })
    const http = await startHttpServer({
      ...publication,
      listen: settings.listen,
      apiToken: settings.apiToken,
      allowUnauthenticated: settings.allowUnauthenticated,
      logger,
      scenarios: () => set.scenarios,
      runNow: (name) => scheduler.runNow(name),
      reload: () => reloader.reload('request'),
      configuration: () => reloader.state,
      readiness: () => ({
        scheduledScenarios: set.scheduledCount,
        loadedScenarios: set.scenarios.length,
        wereScheduled: set.wereScheduled,
        ...watches.readiness(),
      }),
      fingerprintKey: telemetry?.fingerprintKey ?? randomBytes(32),
      version: settings.version,
      startedAtWallMs: clock.wallMs(),
      wallMs: () => clock.wallMs(),
    })
    releases.add('http', () => http.close())
    for (const watch of watches.byTarget.values()) releases.add('watch', () => watch.stop())
    await set.load(ownOf(settings.scenarios))
    // Not waited for: scenarios run as soon as their containers are there, and whoever stops the service must have it by then.
    for (const watch of watches.byTarget.values()) void watch.start()

    return {
      address: http.address,
      simulatedRegions: targets.simulator && Object.keys(targets.simulator.regionalEndpoints),
      reload: (trigger) => reloader.reload(trigger),
      drain: async (graceMs) => {
        const startedAtMs = clock.nowMs()
        const reloaded = reloader.stop()
        await scheduler.drain(graceMs)
        await reloaded
        const isSent = await closeTelemetry(telemetry, graceMs - (clock.nowMs() - startedAtMs))
        for (const { name, error } of await releases.close())
          logger.error({ part: name, err: error }, 'did not stop cleanly')
        return isSent
      },
    }
  } catch (error) {
    await releases.close()
    throw error
  }
}
