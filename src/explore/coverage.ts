import type { FinishedRun } from '../domain/journey.ts'

/** Counts what was judged in a run, by name. */
export function count(covered: Map<string, number>, run: FinishedRun): void {
  const add = (what: string) => covered.set(what, (covered.get(what) ?? 0) + 1)
  for (const event of run.events) for (const what of judgedIn(event)) add(what)
  for (const { guarantee } of run.violations) add(guarantee)
}

function judgedIn(event: FinishedRun['events'][number]): string[] {
  if (event.kind === 'read')
    return [
      `verdict ${event.judgement.verdict}`,
      `token ${event.token}`,
      `finding ${event.finding}`,
      `canary ${event.canary}`,
    ]
  if (event.kind === 'poll') return [`poll ${event.outcome}`, `finding ${event.finding}`]
  if (event.kind === 'write') return [`write ${event.outcome}`]
  if (event.kind === 'carry') return [`carry ${event.carrier} ${event.token}`, `carried ${event.cause ?? 'as sent'}`]
  return event.kind === 'visibility' ? [] : [`step ${event.kind}`]
}
