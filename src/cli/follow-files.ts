import type { ReloadTrigger } from '../compose/reload.ts'
import type { Service } from '../compose/serve.ts'
import { type WatchedPaths, watchFiles } from '../compose/watch-files.ts'
import type { Logger } from '../publish/logger.ts'

/**
 * Reloads on SIGHUP and when a file changes, until closed. `paths` is asked after each reload, because the configuration may name
 * other files then. Where files cannot be watched, the signal and `POST /-/reload` remain.
 */
export async function followFiles(
  service: Pick<Service, 'reload'>,
  paths: () => WatchedPaths,
  logger: Logger,
): Promise<{ close(): Promise<void> }> {
  const load = async (trigger: ReloadTrigger): Promise<void> => {
    const beganWallMs = Date.now()
    await service.reload(trigger)
    const areOthers = await follow()
    // Between being read and being watched.
    if (areOthers && (await files.hasChangedSince(beganWallMs))) await load('files')
  }
  let isClosed = false
  const reload = (trigger: ReloadTrigger) =>
    load(trigger).catch((error: unknown) => {
      // A service that stops refuses to load.
      if (!isClosed) logger.error({ err: error }, 'a reload failed')
    })
  const files = watchFiles(
    () => void reload('files'),
    (error) => logger.warn({ err: error }, 'files are not watched; after a change send SIGHUP, or POST /-/reload'),
  )
  const follow = () => files.follow(paths())
  const onSignal = () => void reload('signal')
  process.on('SIGHUP', onSignal)
  await follow()
  // Between the first reading and now nobody watched.
  if (await files.hasChangedSince(performance.timeOrigin)) await reload('files')
  return {
    close: async () => {
      isClosed = true
      process.off('SIGHUP', onSignal)
      await files.close()
    },
  }
}
