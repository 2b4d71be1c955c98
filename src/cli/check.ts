import type { Command } from 'commander'
import { systemClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import { runCheck } from '../compose/check.ts'
import { scrub } from '../publish/scrub.ts'
import { type CheckFormat, checkFormats, printReport } from './check-formats.ts'
import { type CheckReport, checkReport } from './check-report.ts'
import { chooseScenarios } from './choose-scenarios.ts'
import { type ExitCode, exitCodes } from './command-error.ts'
import {
  budgetOption,
  configOption,
  dataDirOption,
  drillsOption,
  duration,
  endpointOption,
  formatOption,
  instanceOption,
  positiveNumber,
  provisionOption,
  scenariosOption,
  seedOption,
} from './options.ts'
import { progressLine } from './progress.ts'
import { readScenarios, readSettings, type SharedOptions } from './settings.ts'
import { tellGithub } from './tell-github.ts'
import { writeWhole } from './write-file.ts'

interface CheckCommandOptions extends SharedOptions {
  readonly runs?: number
  readonly for?: number
  readonly format: CheckFormat
  readonly output?: string
}

const defaultRuns = 200

export function addCheck(program: Command, done: (code: ExitCode) => void, stopped: () => Promise<void>): void {
  program
    .command('check')
    .description('run the scenarios once, print the verdicts against the objectives, and exit: the gate for CI')
    .argument('[scenario...]', 'names of scenarios (default: all)')
    .option('--runs <n>', `runs of each scenario (default: ${defaultRuns}, or as many as --for allows)`, positiveNumber)
    .option('--for <duration>', 'how long to run, such as 30s', duration)
    .addOption(formatOption('how to print the result', checkFormats))
    .option('--output <file>', 'write the result there, and the table to standard output')
    .addOption(scenariosOption())
    .addOption(drillsOption())
    .addOption(configOption())
    .addOption(endpointOption())
    .addOption(provisionOption())
    .addOption(instanceOption())
    .addOption(budgetOption())
    .addOption(dataDirOption())
    .addOption(seedOption())
    .addHelpText(
      'after',
      `
JUnit has a suite a scenario, and a case an objective and an arm: --format junit --output hopwatch.xml, for Jenkins and GitLab.
In GitHub Actions each failed scenario is an annotation, and the verdicts are in the summary of the job.
A scenario that declares no objective for stale reads or token loss is held to 0% of them.
Exit codes: 0 every objective is met or undecided · 1 an objective is broken, or nothing could be measured ·
2 wrong usage or configuration · 3 the target cannot be reached.`,
    )
    .action(async (names: string[], options: CheckCommandOptions) => {
      const settings = await readSettings(options, process.env)
      const scenarios = chooseScenarios(await readScenarios(settings.scenarioPaths, process.env), names)
      const runs = options.runs ?? (options.for === undefined ? defaultRuns : Number.POSITIVE_INFINITY)
      const progress = progressLine(process.stderr)
      const stop = new AbortController()
      void stopped().then(() => stop.abort())
      let finished = 0
      const startedAtMs = systemClock.nowMs()
      const startedAtWallMs = systemClock.wallMs()
      const totals = await runCheck({
        ...settings,
        scenarios,
        runs,
        forMs: options.for,
        clock: systemClock,
        random: seededRandom(settings.seed),
        signal: stop.signal,
        onRun: () => {
          finished++
          progress.show(progressText(finished, runs * scenarios.length, systemClock.nowMs() - startedAtMs, options.for))
        },
        onSimulatorError: (error) => process.stderr.write(`simulator: ${error.message}\n`),
        onHopProblem: (scenario, hop, problem = 'it answers again') =>
          process.stderr.write(`${scenario}: hop ${hop}: ${scrub(problem)}\n`),
      })
      progress.end()
      const report = checkReport(scenarios, totals, { seed: settings.seed, startedAtWallMs })
      // First, so that a file that cannot be written costs nobody the verdicts.
      process.stdout.write(printReport(report, options.output === undefined ? options.format : 'table'))
      if (options.output !== undefined) await writeWhole(options.output, printReport(report, options.format))
      await tellGithub(report, process.env, process.stderr)
      done(exitCodeOf(report, stop.signal.aborted))
    })
}

function exitCodeOf(report: CheckReport, wasStopped: boolean): ExitCode {
  if (wasStopped) return exitCodes.found
  return report.scenarios.every(({ isGood }) => isGood) ? exitCodes.ok : exitCodes.found
}

function progressText(finished: number, planned: number, elapsedMs: number, forMs: number | undefined): string {
  const rate = `${Math.round((finished / elapsedMs) * 1000)} a second`
  if (Number.isFinite(planned)) return `${finished} of ${planned} runs, ${rate}`
  return `${finished} runs, ${rate}, ${Math.max(0, Math.ceil(((forMs ?? 0) - elapsedMs) / 1000))} s to go`
}
