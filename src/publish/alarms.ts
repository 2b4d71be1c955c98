import type { Clock } from '../base/clock.ts'
import { type AlarmKind, alarmKinds, alarmPlan, observeRun, printSuspect } from '../domain/alarm-observation.ts'
import type { FinishedRun, Sink } from '../domain/journey.ts'
import { armRole, type Scenario, type Schedule } from '../domain/scenario.ts'
import { type AlarmStatus, AlarmWatch, type SavedWatch } from './alarm-watch.ts'
import type { Logger } from './logger.ts'
import { runReference } from './run-reference.ts'

/** One false alarm a quarter. */
export const usualFalseAlarmEveryMs = 90 * 86_400_000

export interface AlarmsOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Mean time in which both alarms of a scenario together may raise one false alarm. */
  readonly falseAlarmEveryMs: number
  readonly meanPeriodMs: (schedule: Schedule) => number
  /** What was kept of a scenario's alarms. */
  readonly recall: (scenario: string) => SavedAlarms | undefined
  /** Called as an alarm is raised, clears or is dropped: what must not be lost. */
  readonly onTurn: () => void
}

/** A scenario's alarms, to be kept. */
export type SavedAlarms = { readonly [Kind in AlarmKind]?: SavedWatch | undefined }

interface Watched {
  readonly watches: readonly AlarmWatch[]
  /** Those whose runs count: where the token is withheld, or a canary sent, losing it is the purpose. */
  readonly arms: ReadonlySet<string>
}

const words: Readonly<Record<AlarmKind, { name: string; raised: string }>> = {
  tokenLoss: { name: 'token-loss alarm', raised: 'more reads go without their token than chance explains' },
  staleReads: { name: 'stale-read alarm', raised: 'more reads are stale than chance explains' },
}

const anotherSubject = 'its evidence was about another journey or tolerated rate than the file now declares'
const switchedOff = 'the file now tolerates everything'

/** Tests each scenario's runs for a loss of tokens and for stale reads, and says so in the log as an alarm is raised or clears. */
export class Alarms implements Sink {
  readonly #options: AlarmsOptions
  readonly #watched = new Map<string, Watched>()
  /** Of scenarios that were removed: a reload may bring them back, unchanged in what matters here. */
  readonly #parked = new Map<string, SavedAlarms>()

  constructor(options: AlarmsOptions) {
    this.#options = options
  }

  addScenario(scenario: Scenario): void {
    const { falseAlarmEveryMs, meanPeriodMs, recall, logger, onTurn } = this.#options
    const { name } = scenario
    const saved = this.save(name) ?? this.#parked.get(name) ?? recall(name)
    this.#parked.delete(name)
    const rhythm = { periodMs: meanPeriodMs(scenario.schedule), falseAlarmEveryMs }
    const watches = alarmKinds.flatMap((kind) => {
      const plan = alarmPlan(scenario, kind, rhythm)
      return plan === undefined ? [] : [new AlarmWatch(scenario, kind, plan, saved?.[kind])]
    })
    const arms = scenario.arms.filter((arm) => armRole(arm) === 'propagated').map((arm) => arm.name)
    this.#watched.set(name, { watches, arms: new Set(arms) })
    for (const kind of alarmKinds) {
      const watch = watches.find((each) => each.kind === kind)
      if (watch?.isRaised) logger.warn(fieldsOf(name, watch), `${words[kind].name}: still raised from before`)
      else if (saved?.[kind]?.alarm.isRaised) {
        logger.warn(
          { scenario: name },
          `${words[kind].name} was raised and is no more: ${watch ? anotherSubject : switchedOff}`,
        )
        onTurn()
      }
    }
  }

  removeScenario(name: string): void {
    const saved = this.save(name)
    if (saved) this.#parked.set(name, saved)
    this.#watched.delete(name)
  }

  record(run: FinishedRun): void {
    const watched = this.#watched.get(run.scenario)
    if (!watched?.arms.has(run.arm)) return
    for (const watch of watched.watches) {
      const observation = observeRun(run, watch.kind)
      if (observation === undefined) continue
      const { raisedAtWallMs } = watch
      const turn = watch.take(observation, this.#options.clock.wallMs())
      if (turn !== undefined) this.#tell(run, watch, turn, raisedAtWallMs)
    }
  }

  missed(): void {
    // A run that did not happen says nothing for or against.
  }

  /** Of a loaded scenario; those that are switched off by an objective of 100 % are not among them. */
  statusOf(name: string): AlarmStatus[] {
    return this.#watched.get(name)?.watches.map((watch) => watch.status()) ?? []
  }

  statuses(): Map<string, AlarmStatus[]> {
    return new Map([...this.#watched.keys()].map((name) => [name, this.statusOf(name)]))
  }

  /** What is to be kept of a loaded scenario's alarms. */
  save(name: string): SavedAlarms | undefined {
    const watches = this.#watched.get(name)?.watches
    return watches && Object.fromEntries(watches.map((watch) => [watch.kind, watch.save()]))
  }

  #tell(run: FinishedRun, watch: AlarmWatch, turn: 'raised' | 'cleared', raisedAtWallMs: number | undefined): void {
    const { logger, clock, onTurn } = this.#options
    const { name, raised } = words[watch.kind]
    if (turn === 'raised')
      logger.error({ ...fieldsOf(run.scenario, watch), ...runReference(run.id) }, `${name}: ${raised}`)
    else
      logger.info(
        {
          scenario: run.scenario,
          ...(raisedAtWallMs !== undefined && { raisedForMs: clock.wallMs() - raisedAtWallMs }),
        },
        `${name} cleared: it is as it should be again`,
      )
    onTurn()
  }
}

/** What an operator asks first: which scenario, how much, and where. */
function fieldsOf(scenario: string, watch: AlarmWatch) {
  const { episode, toleratedRate } = watch.status()
  const [worst] = watch.places()
  return {
    scenario,
    runs: Math.round(episode.runs),
    wrongRuns: Math.round(episode.wrong * 10) / 10,
    toleratedRate,
    ...(worst && { where: printSuspect(worst.suspect), ...worst.suspect, wrongThere: Math.round(worst.runs) }),
  }
}
