import { printJunit } from './check-junit.ts'
import type { CheckReport } from './check-report.ts'
import { printTable } from './check-table.ts'

export const checkFormats = ['table', 'json', 'junit'] as const
export type CheckFormat = (typeof checkFormats)[number]

const printers: Readonly<Record<CheckFormat, (report: CheckReport) => string>> = {
  table: printTable,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  junit: printJunit,
}

export const printReport = (report: CheckReport, format: CheckFormat): string => printers[format](report)
