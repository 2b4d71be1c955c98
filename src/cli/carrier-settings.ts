import type { CarrierSettings } from '../compose/open-carriers.ts'
import type { Configuration } from '../scenario/configuration.ts'
import { CommandError, exitCodes } from './command-error.ts'

/** The stores of the configuration with the URLs that the environment holds. Throws `CommandError` for one that is not there. */
export function readCarrierSettings(
  { stores, dataDir }: Pick<Configuration, 'stores' | 'dataDir'>,
  env: Readonly<Record<string, string | undefined>>,
): CarrierSettings {
  const urls = Object.entries(stores).map(([name, store]): [string, string] => {
    if (store.kind === 'url') return [name, store.url]
    const url = env[store.variable]
    if (url && URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return [name, url]
    throw new CommandError(
      exitCodes.usage,
      `The store "${name}" takes its URL from ${store.variable}, which ${url ? 'holds no URL that begins with redis:// or rediss://' : 'is not set'}.`,
    )
  })
  return { stores: new Map(urls), dataDir }
}
