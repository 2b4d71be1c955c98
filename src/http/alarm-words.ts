import type { AlarmKind } from '../domain/alarm-observation.ts'
import type { AlarmStatus } from '../publish/alarm-watch.ts'

const wrongWords: Readonly<Record<AlarmKind, { readonly go: string; readonly went: string }>> = {
  tokenLoss: { go: 'lose their token', went: 'lost their token' },
  staleReads: { go: 'are stale', went: 'were stale' },
}

/** `reads lose their token more often than chance explains, most of them at gateway → itinerary by redirect`. */
export const alarmSentence = (alarm: AlarmStatus): string =>
  `reads ${wrongWords[alarm.kind].go} more often than chance explains${placeOf(alarm)}`

/** `17 of 39 reads lost their token, more than chance explains, most of them at gateway → itinerary by redirect`. */
export const alarmFigures = (alarm: AlarmStatus, counted: string): string =>
  `${counted} ${wrongWords[alarm.kind].went}, more than chance explains${placeOf(alarm)}`

const placeOf = ({ places: [worst] }: AlarmStatus): string =>
  worst === undefined ? '' : `, most of them at ${worst.place}`
