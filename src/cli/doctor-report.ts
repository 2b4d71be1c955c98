import colors from 'picocolors'
import type { Diagnosed } from '../compose/doctor/doctor.ts'
import { azureCommands } from '../domain/doctor/azure-commands.ts'
import { type Diagnosis, type Severity, severities } from '../domain/doctor/diagnosis.ts'
import type { TargetLook } from '../domain/doctor/look.ts'
import { scrub } from '../publish/scrub.ts'
import { type ExitCode, exitCodes } from './command-error.ts'

export const doctorFormats = ['table', 'json'] as const
export type DoctorFormat = (typeof doctorFormats)[number]

export interface DoctorReport {
  readonly version: string
  readonly at: string
  /** How many of each. */
  readonly summary: Readonly<Record<Severity, number>>
  readonly targets: readonly DoctorTarget[]
  /** What is to be said of services that only their answers tell of. */
  readonly services: readonly Diagnosis[]
}

interface DoctorTarget extends TargetLook {
  readonly isSimulated: boolean
  readonly diagnoses: readonly Diagnosis[]
}

export function doctorReport({ targets, services }: Diagnosed, version: string, atWallMs: number): DoctorReport {
  const all = [...targets.flatMap(({ diagnoses }) => diagnoses), ...services]
  const count = (severity: Severity) => all.filter((each) => each.severity === severity).length
  return {
    version,
    at: new Date(atWallMs).toISOString(),
    summary: {
      problem: count('problem'),
      warning: count('warning'),
      unknown: count('unknown'),
      note: count('note'),
      ok: count('ok'),
    },
    targets: targets.map(({ look, isSimulated, diagnoses }) => ({
      ...look,
      isSimulated,
      diagnoses,
    })),
    services,
  }
}

/** 3 where an account was not reached, 1 where something is a problem. */
export function exitCodeOf({ targets: diagnosed }: Diagnosed): ExitCode {
  if (diagnosed.some(({ look }) => look.unreached?.kind === 'misconfigured')) return exitCodes.usage
  if (diagnosed.some(({ look }) => look.unreached)) return exitCodes.unreachable
  const isProblem = ({ severity }: Diagnosis) => severity === 'problem'
  return diagnosed.some(({ diagnoses }) => diagnoses.some(isProblem)) ? exitCodes.found : exitCodes.ok
}

/** Scrubbed as a whole: a message may quote anything that a server has said. */
export const printDoctor = (report: DoctorReport, format: DoctorFormat): string =>
  scrub(format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : printTable(report))

const paint: Readonly<Record<Severity, (text: string) => string>> = {
  problem: colors.red,
  warning: colors.yellow,
  unknown: colors.yellow,
  note: colors.cyan,
  ok: colors.green,
}
const indent = ' '.repeat(9)

function printTable({ targets, services, summary }: DoctorReport): string {
  const counted = severities.map((severity) => `${summary[severity]} ${severity}`).join(', ')
  const sections = [...targets.map(printTarget), ...(services.length > 0 ? [printServices(services)] : [])]
  return `${sections.join('\n')}\n${counted}\n`
}

const printServices = (services: readonly Diagnosis[]): string =>
  `hopwatch doctor: services of yours\n\n${services.map((each) => printDiagnosis(each, true)).join('')}`

function printTarget({ name, endpoint, isSimulated, diagnoses }: DoctorTarget): string {
  const where = isSimulated ? 'the embedded simulator (COSMOS_ENDPOINT is not set)' : `target ${name}, ${endpoint}`
  const confirms = diagnoses.some(({ severity, confirm }) => severity !== 'ok' && confirm.length > 0)
  const { resourceGroup } = azureCommands(new URL(endpoint))
  // The endpoint of an account in Azure begins with its name.
  const needed = resourceGroup.includes('$ACCOUNT')
    ? "ACCOUNT, the account's name, and RESOURCE_GROUP"
    : 'RESOURCE_GROUP'
  const group = confirms
    ? `\nThe commands need ${needed}, which the data plane does not tell:\n  ${resourceGroup}\n`
    : ''
  return `hopwatch doctor: ${where}\n\n${diagnoses.map((each) => printDiagnosis(each, isSimulated)).join('')}${isSimulated ? '' : group}`
}

/** There is nothing to confirm in the Azure CLI about a simulator, nor where all is well. */
function printDiagnosis({ severity, subject, found, means, remedy, confirm }: Diagnosis, isSimulated: boolean): string {
  const lines = [`${paint[severity](severity.padEnd(indent.length))}${subject}: ${found}`]
  if (means !== undefined) lines.push(`${indent}it means: ${means}`)
  if (remedy !== undefined) lines.push(`${indent}do: ${remedy}`)
  if (severity !== 'ok' && !isSimulated) lines.push(...confirm.map((command) => `${indent}$ ${command}`))
  return `${lines.join('\n')}\n`
}
