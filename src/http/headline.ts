import type { AlarmStatus } from '../publish/alarm-watch.ts'
import { alarmFigures, alarmSentence } from './alarm-words.ts'
import type { TargetReadiness } from './readiness.ts'
import type { ScenarioStatus } from './scenario-status.ts'

/** `good`: as it should be. `notice`: something to look into. `bad`: users may see old data. `quiet`: nothing known. */
export type Tone = 'good' | 'notice' | 'bad' | 'quiet'

export interface Headline {
  readonly tone: Tone
  /** What an operator wants to know first, in plain words, about the last five minutes. */
  readonly sentence: string
  /** What besides; may be empty. */
  readonly detail: string
}

/** One scenario over the last five minutes: the arms that carry the token, and broken promises of any arm. */
interface Recently {
  readonly name: string
  /** The first that is raised. */
  readonly alarm: AlarmStatus | undefined
  readonly reads: number
  readonly judged: number
  readonly judgedInAnyArm: number
  readonly stale: number
  readonly brokenPromises: number
  readonly claimed: number
  readonly uncovered: number
  readonly dropped: number
  readonly failed: number
  /** Of any arm. */
  readonly canaries: number
  readonly canariesLost: number
  readonly canariesIgnored: number
}

/** What can be wrong with a scenario, worst first; each scenario is told by the first rule that it meets. */
const rules: readonly { tone: Tone; holds: (of: Recently) => boolean; say: (of: Recently) => string }[] = [
  {
    tone: 'bad',
    holds: ({ brokenPromises }) => brokenPromises > 0,
    say: ({ brokenPromises, judgedInAnyArm }) =>
      `${countOf(brokenPromises, judgedInAnyArm)} ${was(brokenPromises)} stale although the consistency level promised better`,
  },
  {
    tone: 'bad',
    holds: ({ canariesIgnored }) => canariesIgnored > 0,
    say: ({ canariesIgnored, canaries }) =>
      `${countOf(canariesIgnored, canaries)} with an impossible token ${was(canariesIgnored)} answered: session tokens are not enforced`,
  },
  {
    tone: 'bad',
    holds: ({ canariesLost }) => canariesLost > 0,
    say: ({ canariesLost, canaries }) =>
      `${countOf(canariesLost, canaries)} went out without their canary, so a hop loses tokens`,
  },
  { tone: 'bad', holds: ({ alarm }) => alarm !== undefined, say: sayAlarm },
  {
    tone: 'bad',
    holds: ({ stale }) => stale > 0,
    say: ({ stale, judged }) => `${countOf(stale, judged)} ${was(stale)} stale`,
  },
  {
    tone: 'notice',
    holds: ({ uncovered }) => uncovered > 0,
    say: ({ uncovered, claimed }) =>
      `${countOf(uncovered, claimed)} went without the token; luck alone kept them fresh`,
  },
  {
    tone: 'notice',
    holds: ({ dropped }) => dropped > 0,
    say: ({ dropped, claimed }) =>
      `the SDK dropped the token in ${countOf(dropped, claimed)}; luck alone kept them fresh`,
  },
  {
    tone: 'notice',
    holds: ({ failed }) => failed > 0,
    say: ({ failed, reads }) => `${countOf(failed, reads)} failed`,
  },
]

export function headlineOf(scenarios: readonly ScenarioStatus[], targets: readonly TargetReadiness[]): Headline {
  const troubles = troublesOf(scenarios.map(recently))
  const down = targets.filter(({ isUp }) => !isUp)
  if (down.length > 0) {
    // Right after the start a target has not been asked yet, which is no trouble.
    const wasAsked = down.some(({ wasReached, problem }) => wasReached || problem !== undefined)
    const names = `${down.length === 1 ? 'target' : 'targets'} ${down.map(({ name }) => `“${name}”`).join(', ')}`
    const detail = troubles.map(({ text }) => `${text}.`).join(' ')
    return wasAsked
      ? { tone: 'bad', sentence: `No answer from ${names}`, detail }
      : { tone: 'quiet', sentence: `Reaching ${names}`, detail }
  }
  const [worst, ...others] = troubles
  if (worst) return { tone: worst.tone, sentence: worst.text, detail: others.map(({ text }) => `${text}.`).join(' ') }
  return calm(scenarios)
}

/** One scenario's state over the last five minutes, in words that follow its name. */
export function recentStateOf(scenario: ScenarioStatus): { readonly tone: Tone; readonly text: string } {
  const of = recently(scenario)
  const rule = rules.find(({ holds }) => holds(of))
  if (rule) return { tone: rule.tone, text: rule.say(of) }
  return of.judged === 0 ? { tone: 'quiet', text: 'nothing judged' } : { tone: 'good', text: 'reads what it wrote' }
}

function troublesOf(all: readonly Recently[]): { tone: Tone; text: string }[] {
  return rules.flatMap((rule) =>
    all
      .filter((of) => rules.find(({ holds }) => holds(of)) === rule)
      .map((of) => ({ tone: rule.tone, text: `${of.name}: ${rule.say(of)}` })),
  )
}

/** Nothing is wrong now; what was wrong earlier, or is not known, is said beside it. */
function calm(scenarios: readonly ScenarioStatus[]): Headline {
  if (scenarios.length === 0) return { tone: 'quiet', sentence: 'No journeys are loaded', detail: '' }
  const silent = scenarios.filter((scenario) => recently(scenario).judged === 0)
  const judging = scenarios.length - silent.length
  if (judging === 0) {
    const first = scenarios.length === 1 ? 'the first read' : `the first reads of ${scenarios.length} journeys`
    return { tone: 'quiet', sentence: `Waiting for ${first}`, detail: '' }
  }
  const all = judging === 1 ? 'The journey reads what it wrote' : `All ${judging} journeys read what they wrote`
  const earlier = scenarios.flatMap(({ name, arms }) => {
    const stale = arms.reduce((sum, arm) => (arm.carriesToken ? sum + arm.staleReads : sum), 0)
    return stale === 0 ? [] : [`${name}: ${stale} stale ${stale === 1 ? 'read' : 'reads'} earlier.`]
  })
  return {
    tone: 'good',
    sentence: silent.length > 0 ? `${judging} of ${scenarios.length} journeys read what they wrote` : all,
    detail: [...silent.map(({ name }) => `${name}: nothing judged in the last 5 minutes.`), ...earlier].join(' '),
  }
}

function recently({ name, arms, alarms }: ScenarioStatus): Recently {
  const sum = { reads: 0, judged: 0, stale: 0, claimed: 0, uncovered: 0, dropped: 0, failed: 0 }
  let judgedInAnyArm = 0
  let brokenPromises = 0
  const sent = { canaries: 0, canariesLost: 0, canariesIgnored: 0 }
  for (const { carriesToken, recent } of arms) {
    if (recent === undefined) continue
    judgedInAnyArm += recent.counts.judged
    brokenPromises += recent.counts.brokenPromises
    for (const key of ['canaries', 'canariesLost', 'canariesIgnored'] as const) sent[key] += recent.counts[key]
    if (!carriesToken) continue
    for (const key of ['reads', 'judged', 'stale', 'claimed', 'uncovered', 'dropped', 'failed'] as const)
      sum[key] += recent.counts[key]
  }
  const alarm = alarms.find(({ isRaised }) => isRaised)
  return { name, alarm, judgedInAnyArm, brokenPromises, ...sent, ...sum }
}

/** With its figures; an alarm may outlast them, for it clears only once it is sure. */
function sayAlarm({ alarm, uncovered, claimed, stale, judged }: Recently): string {
  if (alarm === undefined) return ''
  const [wrong, total] = alarm.kind === 'tokenLoss' ? [uncovered, claimed] : [stale, judged]
  return wrong === 0 ? `an alarm is still raised: ${alarmSentence(alarm)}` : alarmFigures(alarm, countOf(wrong, total))
}

const countOf = (count: number, total: number) => `${count.toLocaleString('en')} of ${total.toLocaleString('en')} reads`
const was = (count: number) => (count === 1 ? 'was' : 'were')
