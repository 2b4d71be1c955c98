import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeScenario } from './files.ts'
import { makeFolder, node, root } from './process.ts'

test('a log that cannot be written costs its lines, not the service', async () => {
  const folder = await makeFolder()
  await writeScenario(folder, 'lively')
  // Nothing can be written to a descriptor that is open for reading; a full disk and a closed terminal refuse likewise.
  const unwritable = openSync(join(folder, 'scenarios/lively.yaml'), 'r')
  const args = ['serve', '--listen', '127.0.0.1:0', '--log-level', 'debug', '--grace', '5s']
  const child = spawn(node, [join(root, 'src/main.ts'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', unwritable, 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise((resolve) => child.on('exit', resolve))
  let said = ''
  const isUp = new Promise<void>((resolve) =>
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('Stop with')) resolve()
    }),
  )
  await Promise.race([isUp, ended])
  child.kill('SIGTERM')
  expect({ code: await ended, said }).toMatchObject({ code: 0, said: expect.stringContaining('Metrics ') })
})
