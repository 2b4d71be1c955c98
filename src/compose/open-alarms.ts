import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Releases } from '../base/release.ts'
import { AlarmKeeper } from '../publish/alarm-keeper.ts'
import { Alarms, usualFalseAlarmEveryMs } from '../publish/alarms.ts'
import type { Logger } from '../publish/logger.ts'
import { meanPeriodMs } from '../schedule/mean-period.ts'

export interface AlarmSettings {
  /** Mean time in which a scenario may raise one false alarm; undefined: 90 days. */
  readonly falseAlarmEveryMs?: number | undefined
  /** Below which the state is kept across restarts; undefined: it is not. */
  readonly dataDir: string | undefined
}

export interface OpenAlarms {
  readonly alarms: Alarms
  /** Keeps them on disk from now on, until released. `onError` is told of each failure. */
  keep(onError: () => void, releases: Releases): void
}

/** The alarms of all scenarios, with what is remembered of them. */
export function openAlarms(
  { falseAlarmEveryMs = usualFalseAlarmEveryMs, dataDir }: AlarmSettings,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): OpenAlarms {
  const keeper =
    dataDir === undefined ? undefined : new AlarmKeeper({ directory: join(dataDir, 'alarm'), clock, logger })
  const alarms = new Alarms({
    clock,
    logger,
    falseAlarmEveryMs,
    meanPeriodMs,
    recall: (scenario) => keeper?.recall(scenario),
    onTurn: () => keeper?.wake(),
  })
  return {
    alarms,
    keep: (onError, releases) => {
      if (keeper === undefined) return
      keeper.keep(alarms, onError)
      releases.add('alarm', () => keeper.close())
    },
  }
}
