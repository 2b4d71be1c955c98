import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { node, root } from '../e2e/process.ts'

test('the chart has what the repository has (npm run chart:sync)', () => {
  const { status, stdout } = spawnSync(node, [join(root, 'scripts/chart-sync.ts'), '--check'], { encoding: 'utf8' })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})
