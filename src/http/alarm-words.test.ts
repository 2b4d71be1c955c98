import { describe, expect, test } from 'vitest'
import { publicationFor, type RunChoices, runOf, scenarioOf, textOf, wallStartMs } from '../../test/http/support.ts'
import { ManualClock } from '../base/clock.ts'
import { Alarms, usualFalseAlarmEveryMs } from '../publish/alarms.ts'
import { createLogger } from '../publish/logger.ts'
import { headlineOf } from './headline.ts'
import { renderScenario } from './page-scenario.ts'
import { scenarioStatus } from './scenario-status.ts'

const name = 'travel-itinerary'

async function shown(runs: readonly RunChoices[], laterMs = 0) {
  const clock = new ManualClock(wallStartMs)
  const alarms = new Alarms({
    clock,
    logger: createLogger({ level: 'silent' }),
    falseAlarmEveryMs: usualFalseAlarmEveryMs,
    meanPeriodMs: () => 2000,
    recall: () => undefined,
    onTurn: () => {},
  })
  const scenario = scenarioOf(name)
  const { sink, totals, recent, metrics } = publicationFor([scenario], { clock, alarms })
  for (const choices of runs) sink.record(runOf(choices))
  await clock.advance(laterMs)
  const status = scenarioStatus(scenario, totals.snapshot()[0]!, recent.arms(), alarms.statusOf(name))
  return {
    ...headlineOf([status], [{ name: 'default', wasReached: true, isUp: true }]),
    page: renderScenario(status, clock.wallMs()).toString().replaceAll('\u00a0', ' '),
    gauges: textOf(await metrics.expose('text'))
      .split('\n')
      .filter((line) => /^hopwatch_.*(alarm|evidence)\{/.test(line)),
  }
}

const lost: RunChoices = { token: 'lost', carried: 'lost' }
const stale: RunChoices = { ...lost, judgement: { verdict: 'stale', versionsBehind: 1 } }
const many = (choices: RunChoices, count = 10) => Array.from({ length: count }, () => choices)

describe('what the page and the metrics say of an alarm', () => {
  test('nothing, while it is quiet; the gauges exist', async () => {
    const { page, tone, gauges } = await shown([{}])
    expect(page).not.toContain('Alarm')
    expect(tone).toBe('good')
    expect(gauges).toEqual([
      `hopwatch_token_loss_alarm{scenario="${name}"} 0`,
      `hopwatch_token_loss_evidence{scenario="${name}"} 0`,
      `hopwatch_stale_read_alarm{scenario="${name}"} 0`,
      `hopwatch_stale_read_evidence{scenario="${name}"} 0`,
    ])
  })

  test('tokens lost, and where', async () => {
    const { page, tone, sentence, gauges } = await shown(many(lost), 61_000)
    expect(tone).toBe('bad')
    expect(sentence).toBe(
      `${name}: 10 of 10 reads lost their token, more than chance explains, most of them at gateway → itinerary by header`,
    )
    expect(page).toContain(
      '▲ Alarm, raised 61 s ago: reads lose their token more often than chance explains, most of them at gateway → itinerary by header.',
    )
    expect(gauges.slice(0, 2)).toEqual([
      `hopwatch_token_loss_alarm{scenario="${name}"} 1`,
      `hopwatch_token_loss_evidence{scenario="${name}"} 1`,
    ])
  })

  test('stale reads as well: the loss, which is their cause, is the headline', async () => {
    const { page, sentence } = await shown(many(stale))
    expect(sentence).toContain('10 of 10 reads lost their token')
    expect(page).toContain('reads are stale more often than chance explains')
  })

  test('that it is still raised, when there are no figures of the last five minutes', async () => {
    expect((await shown(many(lost), 600_000)).sentence).toBe(
      `${name}: an alarm is still raised: reads lose their token more often than chance explains, most of them at gateway → itinerary by header`,
    )
  })
})
