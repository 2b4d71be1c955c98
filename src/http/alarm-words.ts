import type { AlarmKind } from '../domain/alarm-observation.ts'
import type { AlarmStatus } from '../publish/alarm-watch.ts'

const wrongWords: Readonly<Record<AlarmKind, string>> = {
  tokenLoss: 'reads lose their token',
  staleReads: 'reads are stale',
}

/** `reads lose their token more often than chance explains, most of them at gateway → itinerary by redirect`. */
export function alarmSentence({ kind, places: [worst] }: AlarmStatus): string {
  const where = worst === undefined ? '' : `, most of them at ${worst.place}`
  return `${wrongWords[kind]} more often than chance explains${where}`
}
