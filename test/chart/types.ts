import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../e2e/process.ts'
import type { Manifest } from './helm.ts'

const packageOf = ({ apiVersion }: Manifest): string =>
  `${apiVersion.startsWith('monitoring.coreos.com/') ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models'}/${apiVersion}`

type Kinds = Readonly<Record<string, (new (manifest: Manifest) => { validate(): void }) | undefined>>

/** What the API server would refuse: missing fields and values of the wrong type or form. */
export async function violations(manifest: Manifest): Promise<string[]> {
  const kinds = (await import(packageOf(manifest))) as Kinds
  const Kind = kinds[manifest.kind]
  if (Kind === undefined) return [`${manifest.apiVersion} has no ${manifest.kind}`]
  try {
    new Kind(manifest).validate()
    return []
  } catch (error) {
    return [`${manifest.kind} ${manifest.metadata.name}: ${error instanceof Error ? error.message : ''}`]
  }
}

/** What the API server would drop without a word: fields that no type has. Each manifest becomes a typed literal for the compiler. */
export function unknownFields(manifests: readonly Manifest[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hopwatch-chart-'))
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const literals = manifests.map(
      (manifest, index) =>
        `import type { I${manifest.kind} as T${index} } from '${packageOf(manifest)}'\n` +
        `export const _${index}: T${index} = ${JSON.stringify(manifest, null, 1)}\n`,
    )
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'manifests.ts'), literals.join(''))
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      '',
    ]
    const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/tsc'), [...options, 'manifests.ts'], {
      cwd: folder,
      encoding: 'utf8',
    })
    return (stdout + stderr).split('\n').filter((line) => line.includes('error'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
