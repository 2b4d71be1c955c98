import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('variables that make the SDK log its requests have no effect', async () => {
  const main = join(import.meta.dirname, '../../src/main.ts')
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [main, 'check', 'travel-itinerary', '--runs', '3'],
    {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...process.env, AZURE_LOG_LEVEL: 'verbose', AZURE_COSMOSDB_DIAGNOSTICS_LEVEL: 'debug-unsafe' },
    },
  )
  expect(stdout).toContain('travel-itinerary')
  expect(`${stdout}${stderr}`).not.toMatch(/azure:|x-ms-session-token|authorization/i)
})
