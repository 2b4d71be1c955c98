import type { FinishedRun, MissedReason, Sink } from '../domain/journey.ts'
import { regionLabel, type Scenario } from '../domain/scenario.ts'
import type { AlarmStatus } from './alarm-watch.ts'
import { countRun, type Regions } from './count-run.ts'
import { declareSeries } from './declare-series.ts'
import { contentTypes, type ExpositionFormat } from './exposition.ts'
import { createFamilies, type Families } from './families.ts'
import type { MetricFamily } from './metric-family.ts'
import { watchProcess } from './process-metrics.ts'
import type { Recent } from './recent.ts'
import { refreshGauges } from './refresh-gauges.ts'
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
  readonly regions: Regions
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
   * hop, arm or region that is no more, or a hop in another region, ends.
   */
  replaceScenario(scenario: Scenario): void {
    const regionOf = new Map(scenario.hops.map((hop) => [hop.name, regionLabel(hop)]))
    const hops = new Set(regionOf.keys())
    const regions = new Set(regionOf.values())
    const kept: readonly (readonly [label: string, values: ReadonlySet<string>])[] = [
      ['arm', new Set(scenario.arms.map((arm) => arm.name))],
      ...['hop', 'from', 'to'].map((label) => [label, hops] as const),
      ...['region', 'write_region'].map((label) => [label, regions] as const),
    ]
    const hasMoved = (hop: string | undefined, region: string | undefined) =>
      hop !== undefined && region !== undefined && regionOf.get(hop) !== region
    for (const family of Object.values(this.#families))
      family.removeIf(
        (of) =>
          of('scenario') === scenario.name &&
          (hasMoved(of('hop'), of('region')) ||
            kept.some(([label, values]) => {
              const value = of(label)
              return value !== undefined && !values.has(value)
            })),
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
    if (loaded?.arms.has(run.arm)) countRun(run, loaded.regions, this.#families)
  }

  /** The whole exposition, as of now, in pieces: to join them would cost a large scrape as much as all the rest of it. */
  async expose(format: ExpositionFormat): Promise<{ contentType: string; body: readonly Buffer[] }> {
    this.#refresh()
    const figures = Object.values(this.#families).flatMap((family) => family.print(format))
    const process = (await this.#printProcess?.(format)) ?? ''
    const end = format === 'openmetrics' ? '# EOF\n' : ''
    return { contentType: contentTypes[format], body: [...figures, Buffer.from(process + end)] }
  }

  #refresh(): void {
    refreshGauges(this.#families, {
      totals: this.#totals,
      recent: this.#recent,
      scenarios: [...this.#loaded.values()].map(({ scenario }) => scenario),
      admittedShares: this.#admittedShares(),
      alarms: this.#alarms(),
    })
    this.#families.seriesRefused.add([], this.#budget.refused - this.#refusedShown)
    this.#refusedShown = this.#budget.refused
  }
}
