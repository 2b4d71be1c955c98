import { spawn, spawnSync } from 'node:child_process'
import { prepareNginx } from '../../examples/enrollment-portal/nginx.ts'
import { until } from './process.ts'

export const hasNginx = spawnSync('nginx', ['-v']).error === undefined

/** A real nginx; `http` is what stands within `http { }`. Ends with what comes back. */
export async function startNginx(http: string, url: string): Promise<() => Promise<void>> {
  const folder = await prepareNginx(http)
  const child = spawn('nginx', folder.args, { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('close', resolve))
  await until('nginx to answer', () =>
    fetch(url, { headers: { connection: 'close' } }).then(
      () => true,
      () => false,
    ),
  )
  return async () => {
    child.kill()
    await ended
    await folder.remove()
  }
}
