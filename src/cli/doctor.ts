import { type Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../base/clock.ts'
import { runDoctor } from '../compose/doctor/doctor.ts'
import { chooseScenarios } from './choose-scenarios.ts'
import type { ExitCode } from './command-error.ts'
import { type DoctorFormat, doctorFormats, doctorReport, exitCodeOf, printDoctor } from './doctor-report.ts'
import { evidenceBundle } from './evidence-bundle.ts'
import { configOption, drillsOption, endpointOption, formatOption, type Listen, scenariosOption } from './options.ts'
import { progressLine } from './progress.ts'
import { readScenarios, readSettings, type SharedOptions } from './settings.ts'
import { revision, version } from './version.ts'
import { writePrivately } from './write-file.ts'

interface DoctorCommandOptions extends SharedOptions {
  readonly bundle?: string
  readonly url?: string
  readonly format: DoctorFormat
}

export function addDoctor(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('doctor')
    .description(
      'look at the account and at the clients of the scenarios, and say what stands against session consistency; changes nothing',
    )
    .argument('[scenario...]', 'names of scenarios (default: all)')
    .addOption(formatOption('how to print what was found', doctorFormats))
    .option(
      '--bundle <file>',
      'also write a redacted evidence file for an incident: environment, last findings with witnesses, configuration, versions',
    )
    .option(
      '--url <url>',
      'the running hopwatch whose last findings the bundle holds; HOPWATCH_API_TOKEN is its token (default: where it listens)',
      httpUrl,
    )
    .addOption(scenariosOption())
    .addOption(drillsOption())
    .addOption(configOption())
    .addOption(endpointOption())
    .addHelpText(
      'after',
      `
It needs no more than reading: a data plane role such as Cosmos DB Built-in Data Reader; what may not be read is "unknown".
Each finding names the Azure CLI commands that confirm it. docs/troubleshooting.md goes from a symptom to the command.
Exit codes: 0 no problem · 1 a problem · 2 wrong usage or configuration · 3 an account was not reached, or refused us.`,
    )
    .action(async (names: string[], options: DoctorCommandOptions) => {
      const settings = await readSettings(options, process.env)
      const scenarios = chooseScenarios(await readScenarios(settings.scenarioPaths, process.env), names)
      const progress = progressLine(process.stderr)
      const diagnosed = await runDoctor({
        ...settings,
        scenarios,
        clock: systemClock,
        onStep: (step) => progress.show(step),
        onSimulatorError: (error) => process.stderr.write(`simulator: ${error.message}\n`),
      })
      progress.end()
      const report = doctorReport(diagnosed, version, systemClock.wallMs())
      process.stdout.write(printDoctor(report, options.format))
      if (options.bundle !== undefined) {
        const bundle = await evidenceBundle({
          report,
          revision,
          reads: diagnosed.targets.map(({ look, reads }) => ({ target: look.name, reads })),
          settings,
          scenarios,
          url: options.url ?? usualUrl(settings.configuration.listen),
          apiToken: process.env.HOPWATCH_API_TOKEN || undefined,
          env: process.env,
        })
        await writePrivately(options.bundle, bundle.text)
        process.stderr.write(
          `${options.bundle} is written${bundle.missing === undefined ? '' : `; ${bundle.missing}`}\n`,
        )
      }
      done(exitCodeOf(diagnosed))
    })
}

/** Of a service of this machine, as the configuration has it; one that listens everywhere listens on loopback, too. */
function usualUrl({ host, port }: Listen = { host: '127.0.0.1', port: 9464 }): string {
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}/`
}

/** Of a running hopwatch. Credentials in it would end up in messages. */
function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url.href
  throw new InvalidArgumentError('Write a URL such as http://127.0.0.1:9464, without credentials.')
}
