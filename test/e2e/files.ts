import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A journey of one write and one read, written in another region; `changes` are lines of YAML that replace those. */
export const scenarioText = (name: string, changes: Record<string, string> = {}): string => {
  const lines: Record<string, string> = {
    scenario: name,
    about: 'Written at one service and read at another, in another region.',
    every: '200ms',
    container: `e2e/${name}`,
    partitionKey: '/pk',
    partitions: '4',
    hops: '{ writer: { region: West Europe }, reader: { region: North Europe } }',
    journey: '[{ write: upsert, at: writer }, { carry: header, to: reader }, { read: point, at: reader }]',
    arms: '{ propagated: {} }',
    ...changes,
  }
  return `${Object.entries(lines)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n')}\n`
}

/** Writes `scenarios/<name>.yaml`, where hopwatch looks by itself. */
export async function writeScenario(folder: string, name: string, changes?: Record<string, string>): Promise<string> {
  const file = join(folder, 'scenarios', `${name}.yaml`)
  await mkdir(join(folder, 'scenarios'), { recursive: true })
  await writeFile(file, scenarioText(name, changes))
  return file
}

export const writeConfiguration = (folder: string, text: string): Promise<void> =>
  writeFile(join(folder, 'hopwatch.yaml'), text)
