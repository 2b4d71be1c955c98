import { type Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import { measureCosts } from '../compose/measure-costs.ts'
import { planScenario } from '../domain/plan/plan-scenario.ts'
import type { Scenario } from '../domain/scenario.ts'
import { regionKey } from '../protocol/region.ts'
import { usualFalseAlarmEveryMs } from '../publish/alarms.ts'
import { meanPeriodMs } from '../schedule/mean-period.ts'
import { chooseScenarios } from './choose-scenarios.ts'
import { type ExitCode, exitCodes } from './command-error.ts'
import {
  budgetOption,
  configOption,
  drillsOption,
  falseAlarmsOption,
  formatOption,
  positiveNumber,
  scenariosOption,
  wholeNumber,
} from './options.ts'
import { type PlanFormat, planFormats, printPlan } from './plan-report.ts'
import { progressLine } from './progress.ts'
import { readConfiguration, readScenarios, type SharedOptions, scenarioPathsOf, simulatorOptions } from './settings.ts'

interface PlanOptions extends SharedOptions {
  readonly runs: number
  readonly seed: number
  readonly regions?: number
  readonly falseAlarms?: number
  readonly pricePerHour100ru: number
  readonly pricePerMillionRu: number
  readonly format: PlanFormat
}

/** What Azure's price list is often quoted with, in US dollars; it differs by region and contract. */
const quotedPrices = { perHundredAnHour: 0.008, perMillion: 0.25 }

export function addPlan(program: Command, done: (code: ExitCode) => void, stopped: () => Promise<void>): void {
  program
    .command('plan')
    .description(
      'say what the scenarios will spend a day, and how soon they will notice lost tokens, before anything runs',
    )
    .argument('[scenario...]', 'names of scenarios (default: all)')
    .option(
      '--runs <n>',
      'runs of each scenario that its cost is measured in, on the embedded simulator',
      positiveNumber,
      40,
    )
    .option(
      '--price-per-hour-100ru <price>',
      'price of 100 RU/s provisioned for an hour in one region',
      price,
      quotedPrices.perHundredAnHour,
    )
    .option(
      '--price-per-million-ru <price>',
      'price of a million request units, serverless',
      price,
      quotedPrices.perMillion,
    )
    .addOption(
      new Option(
        '--regions <n>',
        'regions that provisioned throughput is paid in (default: those that the scenarios name)',
      )
        .env('HOPWATCH_PLAN_REGIONS')
        .argParser(positiveNumber),
    )
    .addOption(formatOption('how to print the plan', planFormats))
    .addOption(falseAlarmsOption())
    .addOption(budgetOption())
    .addOption(scenariosOption())
    .addOption(drillsOption())
    .addOption(configOption())
    .addOption(new Option('--seed <n>', 'seeds the runs that are measured').argParser(wholeNumber).default(1))
    .addHelpText(
      'after',
      `
No account is asked: each scenario runs on the embedded simulator, whose charges follow Microsoft's documented ones.
The prices are in whatever currency you give; those taken by default are often quoted in US dollars, and may not be yours.
Exit codes: 0 the plan fits · 1 a budget leaves out runs · 2 wrong usage or configuration.`,
    )
    .action(async (names: string[], options: PlanOptions) => {
      const configuration = await readConfiguration(options.config, process.env)
      const paths = scenarioPathsOf(options, configuration)
      const scenarios = chooseScenarios(await readScenarios(paths, process.env), names)
      const { seed } = options
      const stop = new AbortController()
      void stopped().then(() => stop.abort())
      const progress = progressLine(process.stderr)
      let finished = 0
      const measured = await measureCosts({
        scenarios,
        runs: options.runs,
        simulator: { ...simulatorOptions(configuration), seed },
        clock: systemClock,
        random: seededRandom(seed),
        signal: stop.signal,
        onRun: () => progress.show(`measuring: ${++finished} of ${options.runs * scenarios.length} runs`),
        onSimulatorError: (error) => process.stderr.write(`simulator: ${error.message}\n`),
      })
      progress.end()
      if (stop.signal.aborted) return done(exitCodes.found)
      const falseAlarmEveryMs = options.falseAlarms ?? configuration.alarm?.falseAlarmEveryMs ?? usualFalseAlarmEveryMs
      const prices = {
        perHundredAnHour: options.pricePerHour100ru,
        perMillion: options.pricePerMillionRu,
        regions: options.regions ?? Math.max(1, regionsOf(scenarios)),
      }
      const plans = scenarios.map((scenario) =>
        planScenario(scenario, measured.get(scenario.name), {
          periodMs: meanPeriodMs(scenario.schedule),
          falseAlarmEveryMs,
          prices,
        }),
      )
      const report = {
        basis: { measuredOn: 'embedded simulator', runsEach: options.runs, seed } as const,
        falseAlarmEveryMs,
        prices: { ...prices, areDefaults: arePricesDefault(options) },
        commonBudget: options.budget ?? configuration.budget?.requestUnitsPerSecond,
        scenarios: plans,
      }
      process.stdout.write(printPlan(report, options.format))
      const isCut = plans.some(({ requestUnits }) => (requestUnits?.budgetShare ?? 0) > 1)
      done(isCut ? exitCodes.found : exitCodes.ok)
    })
}

const regionsOf = (scenarios: readonly Scenario[]): number =>
  new Set(
    scenarios.flatMap(({ hops }) => hops.flatMap(({ region }) => (region === undefined ? [] : [regionKey(region)]))),
  ).size

const arePricesDefault = ({ pricePerHour100ru, pricePerMillionRu }: PlanOptions): boolean =>
  pricePerHour100ru === quotedPrices.perHundredAnHour && pricePerMillionRu === quotedPrices.perMillion

function price(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('Write a number without a currency, such as 0.008.')
}
