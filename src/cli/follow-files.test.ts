import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { ReloadTrigger } from '../compose/reload.ts'
import { followFiles } from './follow-files.ts'

test('what is written to other files after they were read and before they are watched is read too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hopwatch-follow-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['first', 'second']) await mkdir(join(folder, name))
  let directory = 'first'
  const reloads: ReloadTrigger[] = []
  const service = {
    reload: async (trigger: ReloadTrigger) => {
      reloads.push(trigger)
      if (reloads.length === 1) {
        directory = 'second'
        await writeFile(join(folder, 'second', 'a.yaml'), 'late')
      }
      return { change: { added: [], changed: [], removed: [], unchanged: [] } }
    },
  }
  const paths = () => ({ scenarios: [join(folder, directory)], configuration: join(folder, 'hopwatch.yaml') })
  const files = await followFiles(service, paths, pino({ level: 'silent' }))
  onTestFinished(() => files.close())
  process.emit('SIGHUP')
  await vi.waitUntil(() => reloads.length >= 2, { timeout: 10_000 })
  expect(reloads).toEqual(['signal', 'files'])
})
