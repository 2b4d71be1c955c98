import type { AccountEvidence } from '../cosmos/target.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { Logger } from '../publish/logger.ts'
import type { PrometheusMetrics } from '../publish/prometheus.ts'
import type { ScenarioReady, WatchEvents } from './target-watch.ts'

/** What becomes of a target's state: its metrics and log lines, and scenarios that may start. */
export const watchEvents = (
  metrics: Pick<PrometheusMetrics, 'setTargetUp' | 'setAccountInfo'>,
  logger: Logger,
  schedule: (scenario: Scenario, ready: ScenarioReady) => void,
): WatchEvents => {
  const tellAccount = (target: string, account: AccountEvidence, message: string) => {
    metrics.setAccountInfo(target, { ...account, consistency: account.consistency ?? 'unknown' })
    const { consistency, writeRegions, readRegions } = account
    logger.info({ target, consistency, writeRegions, readRegions }, message)
  }
  return {
    onUp: (target, account) => {
      metrics.setTargetUp(target, true)
      tellAccount(target, account, 'target is up')
    },
    onChanged: (target, account) => tellAccount(target, account, 'the account has changed'),
    onDown: (target, problem) => {
      metrics.setTargetUp(target, false)
      logger.error(
        { target, problem: problem.message, remedy: problem.remedy },
        'target is down; asking again every 5 s',
      )
    },
    onReady: (scenario, ready) => {
      schedule(scenario, ready)
      if (!ready.ttlIsOn) {
        logger.warn(
          { scenario: scenario.name },
          'the container has TTL switched off: each run deletes its own document',
        )
      }
    },
    onNotReady: (scenario, problem, isStarted) =>
      logger.error(
        { scenario: scenario.name, problem: problem.message, remedy: problem.remedy },
        isStarted
          ? 'the container of a scenario that runs is not as it was: its runs fail; looking again every 5 s'
          : 'scenario cannot start; trying again every 5 s',
      ),
  }
}
