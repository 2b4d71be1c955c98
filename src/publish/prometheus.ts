import { type AlarmKind, alarmKinds } from '../domain/alarm-observation.ts'
import type { Finding } from '../domain/finding.ts'
import type { FinishedRun, JourneyEvent, MissedReason, PollEvent, Sink } from '../domain/journey.ts'
import type { OperationKind } from '../domain/observation.ts'
import { retriesOf } from '../domain/retries.ts'
import { regionLabel, type Scenario } from '../domain/scenario.ts'
import { isStale } from '../domain/verdict.ts'
import { awaitedWrite } from '../domain/visibility.ts'
import type { AlarmStatus } from './alarm-watch.ts'
import { declareSeries } from './declare-series.ts'
import { contentTypes, type ExpositionFormat } from './exposition.ts'
import { createFamilies, type Families } from './families.ts'
import type { Exemplar, MetricFamily } from './metric-family.ts'
import { watchProcess } from './process-metrics.ts'
import type { Recent } from './recent.ts'
import { SeriesBudget } from './series-budget.ts'
import type { Totals } from './totals.ts'

export interface PrometheusOptions {
  readonly totals: Totals
  readonly recent: Recent
  readonly version: string
  readonly revision: string
  /** The most series that scenarios may have together; the few of targets and of the process are not counted. */
  readonly maxSeries: number
  /** Whether to show the process's memory, event loop and garbage collection. */
  readonly processMetrics: boolean
}

export interface AccountInfo {
  readonly consistency: string
  readonly writeRegions: readonly string[]
  readonly readRegions: readonly string[]
}

interface Loaded {
  readonly scenario: Scenario
  /** Declared region by hop: a label comes from the file, never from an answer. */
  readonly regions: ReadonlyMap<string, string>
  readonly arms: ReadonlySet<string>
}

/** The catalogue, fed and printed for Prometheus. Runs of scenarios that are not loaded are ignored. */
export class PrometheusMetrics implements Sink {
  readonly #budget: SeriesBudget
  readonly #families: Families
  readonly #loaded = new Map<string, Loaded>()
  readonly #totals: Totals
  readonly #recent: Recent
  readonly #printProcess: ((format: ExpositionFormat) => Promise<string>) | undefined
  #admittedShares: () => ReadonlyMap<string, number> = () => new Map()
  #alarms: () => ReadonlyMap<string, readonly AlarmStatus[]> = () => new Map()
  #refusedShown = 0

  constructor({ totals, recent, version, revision, maxSeries, processMetrics }: PrometheusOptions) {
    this.#totals = totals
    this.#recent = recent
    this.#budget = new SeriesBudget(maxSeries)
    this.#families = createFamilies(this.#budget)
    this.#families.buildInfo.set([version, revision], 1)
    this.#families.seriesRefused.zero([])
    this.#families.alarmSaveErrors.zero([])
    this.#printProcess = processMetrics ? watchProcess() : undefined
  }

  addScenario(scenario: Scenario): void {
    this.#loaded.set(scenario.name, {
      scenario,
      regions: new Map(scenario.hops.map((hop) => [hop.name, regionLabel(hop)])),
      arms: new Set(scenario.arms.map((arm) => arm.name)),
    })
    declareSeries(scenario, this.#families)
  }

  /**
   * Its file has changed. A counter goes on where its labels still mean something, so that no figure goes backwards; what names a
   * hop, arm or region that is no more ends.
   */
  replaceScenario(scenario: Scenario): void {
    const hops = new Set(scenario.hops.map((hop) => hop.name))
    const regions = new Set(scenario.hops.map(regionLabel))
    const kept: readonly (readonly [label: string, values: ReadonlySet<string>])[] = [
      ['arm', new Set(scenario.arms.map((arm) => arm.name))],
      ...['hop', 'from', 'to'].map((label) => [label, hops] as const),
      ...['region', 'write_region'].map((label) => [label, regions] as const),
    ]
    for (const family of Object.values(this.#families))
      family.removeIf(
        (of) =>
          of('scenario') === scenario.name &&
          kept.some(([label, values]) => {
            const value = of(label)
            return value !== undefined && !values.has(value)
          }),
      )
    for (const family of [this.#families.objectiveRatio, this.#families.objectiveP95])
      family.removeWhere('scenario', scenario.name)
    this.addScenario(scenario)
  }

  /** How the last reading of the files went; the start counts as one. */
  setReload(isSuccessful: boolean, atWallMs: number): void {
    this.#families.reloadSuccessful.set([], isSuccessful ? 1 : 0)
    if (isSuccessful) this.#families.reloadTime.set([], atWallMs / 1000)
  }

  setShard({ index, count }: { readonly index: number; readonly count: number }): void {
    this.#families.shardInfo.set([String(index), String(count)], 1)
  }

  /** `admittedShares` tells, at each scrape, what back-off lets start of the planned runs. */
  watchAdmission(admittedShares: () => ReadonlyMap<string, number>): void {
    this.#admittedShares = admittedShares
  }

  /** `alarms` tells, at each scrape, how the alarms of each loaded scenario stand. */
  watchAlarms(alarms: () => ReadonlyMap<string, readonly AlarmStatus[]>): void {
    this.#alarms = alarms
  }

  countAlarmSaveError(): void {
    this.#families.alarmSaveErrors.add([])
  }

  /** Its series end at once; Prometheus marks them stale at the next scrape. */
  removeScenario(name: string): void {
    this.#loaded.delete(name)
    for (const family of Object.values(this.#families)) family.removeWhere('scenario', name)
  }

  setTargetUp(target: string, isUp: boolean): void {
    this.#families.targetUp.set([target], isUp ? 1 : 0)
  }

  setAccountInfo(target: string, { consistency, writeRegions, readRegions }: AccountInfo): void {
    this.#families.accountInfo.removeWhere('target', target)
    this.#families.accountInfo.set([target, consistency, writeRegions.join(','), readRegions.join(',')], 1)
  }

  /** Lets the sink's error count exist before its first error. */
  declareSink(sink: string): void {
    this.#families.sinkErrors.zero([sink])
  }

  countSinkError(sink: string): void {
    this.#families.sinkErrors.add([sink])
  }

  /** Lets the count of exports that failed exist before the first of them. */
  declareExport(signal: string): void {
    this.#families.exportErrors.zero([signal])
  }

  countExportError(signal: string): void {
    this.#families.exportErrors.add([signal])
  }

  /** Undefined: not loaded. */
  scenario(name: string): Scenario | undefined {
    return this.#loaded.get(name)?.scenario
  }

  /** Every metric of the catalogue, for exporters that do not read text. */
  get families(): readonly MetricFamily<readonly string[]>[] {
    return Object.values(this.#families)
  }

  /** The same as of now: gauges hold only as of the moment in which they are read. */
  readFamilies(): readonly MetricFamily<readonly string[]>[] {
    this.#refresh()
    return this.families
  }

  /** How many series there are, against the cap. */
  get seriesCount(): number {
    return this.#budget.used
  }

  missed(scenario: string, reason: MissedReason, count: number): void {
    if (this.#loaded.has(scenario)) this.#families.runsMissed.add([scenario, reason], count)
  }

  record(run: FinishedRun): void {
    const loaded = this.#loaded.get(run.scenario)
    if (!loaded?.arms.has(run.arm)) return
    const families = this.#families
    families.runs.add([run.scenario, run.arm, run.result])
    families.runDuration.observe([run.scenario], run.durationMs / 1000)
    families.scheduleLag.observe([run.scenario], run.scheduleLagMs / 1000)
    // Where the token is withheld on purpose, a violation is measurement.
    if (run.carriesToken)
      for (const { guarantee } of run.violations) families.guaranteeViolations.add([run.scenario, guarantee])
    if (run.finding !== undefined && isNews(run, run.finding))
      families.lastFinding.set([run.scenario, run.finding], (run.startedAtWallMs + run.durationMs) / 1000)
    for (const event of run.events) this.#take(event, run, loaded)
  }

  #take(event: JourneyEvent, run: FinishedRun, { regions }: Loaded): void {
    const { scenario, arm } = run
    const families = this.#families
    switch (event.kind) {
      case 'wait':
      case 'reconnect':
      case 'offline':
      case 'parallel':
      case 'simulate':
        return
      case 'poll': {
        const { hop, operation, outcome, shownAfterMs, finding } = event
        if (!regions.has(hop)) return
        families.polls.add([scenario, arm, hop, outcome])
        if (shownAfterMs !== undefined) families.pollShown.observe([scenario, arm], shownAfterMs / 1000)
        if (finding) families.findings.add([scenario, arm, finding])
        families.readDuration.observe([scenario, arm], pollDurationMs(event) / 1000)
        families.requestUnits.add([scenario, arm, hop, operation], event.requestUnits)
        for (const reason of event.retries) families.retries.add([scenario, arm, hop, reason])
        return
      }
      case 'carry':
        if (!regions.has(event.from) || !regions.has(event.to)) return
        families.tokenCarries.add([scenario, arm, event.from, event.to, event.carrier, event.token])
        if (event.token !== 'nothing-to-carry') families.tokenBytes.observe([scenario, event.from], event.tokenBytes)
        return
      case 'visibility': {
        const region = regions.get(event.hop)
        const operation = event.observations[0]?.operation
        if (region === undefined) return
        if (event.visibleAfterMs === undefined) families.visibilityUnseen.add([scenario, region])
        else {
          const write = awaitedWrite(run.events, event)
          const writeRegion = write && regions.get(write.observation.hop)
          if (writeRegion !== undefined)
            families.visibility.observe([scenario, writeRegion, region], event.visibleAfterMs / 1000)
        }
        if (operation) families.requestUnits.add([scenario, arm, event.hop, operation], event.requestUnits)
        for (const { attempts } of event.observations)
          for (const reason of retriesOf(attempts)) families.retries.add([scenario, arm, event.hop, reason])
        return
      }
      case 'write': {
        const { hop, operation, durationMs } = event.observation
        const region = regions.get(hop)
        if (region === undefined) return
        families.writes.add([scenario, arm, hop, region, event.outcome])
        this.#takeOperation(run, hop, region, operation, event.outcome, durationMs)
        families.requestUnits.add([scenario, arm, hop, operation], event.requestUnits)
        for (const reason of event.retries) families.retries.add([scenario, arm, hop, reason])
        return
      }
      case 'read': {
        const { hop, operation, durationMs } = event.observation
        const region = regions.get(hop)
        if (region === undefined) return
        const { judgement } = event
        const exemplar = isStale(judgement.verdict) ? exemplarOf(run) : undefined
        families.reads.add([scenario, arm, hop, region, judgement.verdict, event.token], 1, exemplar)
        if (event.finding) families.findings.add([scenario, arm, event.finding])
        if (event.canary) families.canaries.add([scenario, arm, hop, event.canary])
        if (judgement.verdict === 'stale') families.versionsBehind.observe([scenario, arm], judgement.versionsBehind)
        if (judgement.verdict === 'fresh') families.versionsBehind.observe([scenario, arm], 0)
        families.readDuration.observe([scenario, arm], durationMs / 1000)
        const outcome = judgement.verdict === 'failed' ? 'failed' : 'succeeded'
        this.#takeOperation(run, hop, region, operation, outcome, durationMs)
        families.requestUnits.add([scenario, arm, hop, operation], event.requestUnits)
        for (const reason of event.retries) families.retries.add([scenario, arm, hop, reason])
      }
    }
  }

  #takeOperation(
    run: FinishedRun,
    hop: string,
    region: string,
    operation: OperationKind,
    outcome: string,
    durationMs: number,
  ): void {
    const labels = [run.scenario, hop, region, operation, outcome] as const
    this.#families.operationDuration.observe(labels, durationMs / 1000, exemplarOf(run))
  }

  /** The whole exposition, as of now. */
  async expose(format: ExpositionFormat): Promise<{ contentType: string; body: Buffer }> {
    this.#refresh()
    const figures = Object.values(this.#families).flatMap((family) => family.print(format))
    const process = (await this.#printProcess?.(format)) ?? ''
    const end = format === 'openmetrics' ? '# EOF\n' : ''
    return { contentType: contentTypes[format], body: Buffer.concat([...figures, Buffer.from(process + end)]) }
  }

  /** Reads the gauges off the windows and totals: they hold only as of a scrape, and what has no samples is absent. */
  #refresh(): void {
    const { staleReadRatio, tokenLossRatio, operationQuantile, tokenProtection, budgetRatio, admittedRuns } =
      this.#families
    const arms = this.#recent.arms()
    staleReadRatio.replaceBy(arms.flatMap(({ scenario, arm, staleRatio }) => sample([scenario, arm], staleRatio)))
    tokenLossRatio.replaceBy(arms.flatMap((of) => sample([of.scenario, of.arm], of.tokenLossRatio)))
    operationQuantile.replaceBy(
      this.#recent
        .operations()
        .flatMap(({ scenario, hop, operation, quantilesMs }) =>
          quantilesMs.flatMap(({ quantile, ms }) =>
            sample([scenario, hop, operation, String(quantile)], Math.round(ms * 100) / 100_000),
          ),
        ),
    )
    tokenProtection.replaceBy(
      [...this.#totals.protections()].flatMap(([name, protection]) =>
        (['low', 'point', 'high'] as const).flatMap((bound) => sample([name, bound], protection[bound])),
      ),
    )
    const admitted = this.#admittedShares()
    admittedRuns.replaceBy([...this.#loaded.keys()].flatMap((name) => sample([name], admitted.get(name))))
    const spent = new Map<string, number>()
    for (const { scenario, requestUnitsPerSecond } of arms)
      spent.set(scenario, (spent.get(scenario) ?? 0) + requestUnitsPerSecond)
    budgetRatio.replaceBy(
      [...this.#loaded].flatMap(([name, { scenario }]) => {
        const budget = scenario.budget?.requestUnitsPerSecond
        return sample([name], budget ? (spent.get(name) ?? 0) / budget : undefined)
      }),
    )
    showAlarms(this.#families, this.#alarms())
    this.#families.seriesRefused.add([], this.#budget.refused - this.#refusedShown)
    this.#refusedShown = this.#budget.refused
  }
}

/** None where there is no value: a gauge without samples is absent. */
const sample = <const Values extends readonly string[]>(
  values: Values,
  value: number | undefined,
): (readonly [Values, number])[] => (value === undefined ? [] : [[values, value]])

const exemplarOf = ({ id, startedAtWallMs }: FinishedRun): Exemplar => ({ runId: id, atWallMs: startedAtWallMs })

/** Where the token is withheld on purpose, what is found is measurement. */
const isNews = ({ carriesToken }: FinishedRun, finding: Finding): boolean =>
  finding !== 'kept' && (carriesToken || finding === 'canary-lost' || finding === 'canary-ignored')

function pollDurationMs({ observations }: PollEvent): number {
  const [first, last] = [observations[0], observations.at(-1)]
  return first && last ? last.startedAtMs + last.durationMs - first.startedAtMs : 0
}

function showAlarms(families: Families, alarms: ReadonlyMap<string, readonly AlarmStatus[]>): void {
  const gauges = {
    tokenLoss: { raised: families.tokenLossAlarm, grown: families.tokenLossEvidence },
    staleReads: { raised: families.staleReadAlarm, grown: families.staleReadEvidence },
  } satisfies Record<AlarmKind, unknown>
  for (const kind of alarmKinds) {
    const of = [...alarms].flatMap(([scenario, statuses]) =>
      statuses.filter((status) => status.kind === kind).map((status) => ({ scenario, ...status })),
    )
    // Exactly these: an alarm that a changed file has switched off must not go on being raised.
    gauges[kind].raised.replaceBy(of.map(({ scenario, isRaised }) => [[scenario], isRaised ? 1 : 0]))
    // Cut off rather than rounded: 1 is for an alarm that is raised.
    gauges[kind].grown.replaceBy(of.map(({ scenario, evidence }) => [[scenario], Math.floor(evidence * 1000) / 1000]))
  }
}
