import { lossyCarry, type RegressionDemo, waitFor } from './demo.ts'
import type { Notification } from './webhook.ts'

export interface StoryOptions {
  /** How long nothing is wrong before the loss. */
  readonly healthyMs: number
  readonly share: number
  /** Whether to wait until it has passed as well. */
  readonly untilResolved: boolean
  /** Told of each phase as it begins; the next begins when it resolves. */
  readonly onPhase?: (phase: Phase) => void | Promise<void>
}

export type Phase = 'healthy' | 'losing' | 'alerted' | 'mended' | 'resolved'

export interface Story {
  readonly alert: Notification
  /** From the first lost token to the webhook. */
  readonly alertedAfterMs: number
  /** The same of whichever alert of the journey came first: the sequential test is often quicker, and knows no hops. */
  readonly first: { readonly name: string; readonly afterMs: number }
  /** From the last lost token to the webhook; undefined when it was not waited for. */
  readonly resolvedAfterMs: number | undefined
  /** Every alert that reached the webhook, by name. */
  readonly names: readonly string[]
}

export const regressionAlert = 'HopwatchTokenLossRegression'

/** What has been waited for did not happen, or something happened that must not. */
export class StoryFailed extends Error {
  override readonly name = 'StoryFailed'
}

const minuteMs = 60_000

/** Healthy, then a loss, then the alert at the webhook, then the end of the loss, then the alert's end. */
export async function tellStory(demo: RegressionDemo, options: StoryOptions): Promise<Story> {
  const { healthyMs, share, untilResolved, onPhase = () => {} } = options
  const { scenario } = lossyCarry
  const runs = `sum(hopwatch_runs_total{scenario="${scenario}", result="kept"})`
  const running = await waitFor(minuteMs, async () => ((await demo.query(runs)) ?? 0) > 0 || undefined)
  if (!running) throw new StoryFailed(`${scenario} has not made a good run within a minute`)
  await onPhase('healthy')
  const wrong = await waitFor(healthyMs, async () => (await demo.alerts()).find(({ state }) => state === 'firing'))
  const early = wrong?.name ?? demo.notifications[0]?.labels.alertname
  if (early !== undefined) throw new StoryFailed(`${early} although nothing was wrong`)

  demo.loseTokens(share)
  const lostAtMs = performance.now()
  await onPhase('losing')
  const received = (status: Notification['status']) =>
    demo.notifications.find(
      (each) => each.status === status && each.labels.alertname === regressionAlert && names(each.labels),
    )
  const alert = await waitFor(5 * minuteMs, () => received('firing'))
  if (alert === undefined) throw new StoryFailed(`no ${regressionAlert} at the webhook within five minutes`)
  const alertedAfterMs = alert.atMs - lostAtMs
  const first = demo.notifications.find(({ labels }) => labels.scenario === scenario) ?? alert
  await onPhase('alerted')

  demo.loseTokens(0)
  const mendedAtMs = performance.now()
  await onPhase('mended')
  const resolved = untilResolved ? await waitFor(8 * minuteMs, () => received('resolved')) : undefined
  if (untilResolved && resolved === undefined)
    throw new StoryFailed(`${regressionAlert} was not resolved within eight minutes after the loss had ended`)
  const strays = demo.notifications.filter(({ labels }) => labels.scenario !== scenario)
  if (strays.length > 0)
    throw new StoryFailed(`${strays[0]?.labels.alertname} of ${strays[0]?.labels.scenario} as well`)
  await onPhase('resolved')
  return {
    alert,
    alertedAfterMs,
    first: { name: first.labels.alertname ?? '', afterMs: first.atMs - lostAtMs },
    resolvedAfterMs: resolved && resolved.atMs - mendedAtMs,
    names: [...new Set(demo.notifications.map(({ labels }) => labels.alertname ?? ''))],
  }
}

/** Whether an alert names the journey, both hops and the carrier. */
const names = (labels: Notification['labels']): boolean =>
  Object.entries(lossyCarry).every(([label, value]) => labels[label] === value)
