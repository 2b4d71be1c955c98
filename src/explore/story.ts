import type { FinishedRun, JourneyEvent } from '../domain/journey.ts'
import type { Attempt } from '../domain/observation.ts'
import type { HopDeclaration, Scenario } from '../domain/scenario.ts'
import type { JournalEntry, RequestEntry } from '../simulator/journal.ts'
import type { Evidence } from './evidence.ts'

type EventOf<Kind extends JourneyEvent['kind']> = Extract<JourneyEvent, { kind: Kind }>

/** What was judged, in one line an event. */
const headlines: { readonly [Kind in JourneyEvent['kind']]: (event: EventOf<Kind>) => string } = {
  write: ({ observation, version, outcome }) =>
    `write ${observation.operation} v${version} at ${observation.hop}: ${outcome}`,
  read: ({ observation, judgement, token, finding, claimedVersion, returnedVersion, canary }) =>
    `read ${observation.operation} at ${observation.hop}: ${words(judgement)}; claimed ${versionText(claimedVersion)}, ` +
    `returned ${versionText(returnedVersion)}; token ${token}; finding ${finding ?? 'none'}${canary ? `; canary ${canary}` : ''}`,
  carry: ({ carrier, from, to, token, cause }) =>
    `carry ${carrier} from ${from} to ${to}: ${token}${cause ? ` (${cause})` : ''}`,
  wait: ({ waitedMs }) => `wait ${waitedMs} ms`,
  visibility: ({ hop, visibleAfterMs }) =>
    `re-reads at ${hop}: ${visibleAfterMs === undefined ? 'not visible in time' : `visible after ${visibleAfterMs} ms`}`,
  poll: ({ hop, operation, outcome, claimedVersion, finding }) =>
    `poll ${operation} at ${hop}: ${outcome}; claimed ${versionText(claimedVersion)}; finding ${finding ?? 'none'}`,
  reconnect: ({ hop, keptBytes }) => `reconnect at ${hop}: ${keptBytes} bytes of token kept`,
  offline: ({ hop, offlineMs, bufferedWrites }) =>
    `offline at ${hop}: ${offlineMs} ms, ${bufferedWrites} writes buffered`,
  simulate: ({ change, problem }) => `the account: ${change}${problem === undefined ? '' : ` (refused: ${problem})`}`,
  parallel: ({ branches }) => `parallel: ${branches} branches ended`,
}

/**
 * A run as a person can follow it: what was judged, and below each operation what the journal saw on the wire. Positions are
 * `range@version/LSN`; no token's text.
 */
export function tellRun(run: FinishedRun, scenario: Scenario, evidence: Evidence): string {
  const lines = [
    `arm ${run.arm}; ${run.result}${run.problem === undefined ? '' : ` (${run.problem})`}; document ${scenario.document}`,
    ...scenario.hops.map(hopText),
    ...run.events.flatMap((event, step) => [
      `${String(step).padStart(3)}  ${headline(event)}${begunText(event)}`,
      ...attemptsOf(event).flatMap((attempts) => wireLines(evidence.get(attempts)?.entries ?? [])),
    ]),
  ]
  return lines.join('\n')
}

const headline = (event: JourneyEvent): string => (headlines[event.kind] as (event: JourneyEvent) => string)(event)

const begunText = (event: JourneyEvent): string =>
  'begunAfter' in event && event.begunAfter !== undefined ? `; begun after ${event.begunAfter} events` : ''

function attemptsOf(event: JourneyEvent): (readonly Attempt[])[] {
  if ('observation' in event) return [event.observation.attempts]
  return 'observations' in event ? event.observations.map(({ attempts }) => attempts) : []
}

const wireLines = (entries: readonly JournalEntry[]): string[] =>
  entries.flatMap((entry) => {
    if (entry.kind === 'request') return [`       ${requestText(entry)}`]
    if (entry.kind === 'commit')
      return [`       committed ${entry.deleted ? 'a delete' : 'it'} at ${positionText(entry)}`]
    if (entry.kind === 'topology') return [`       the account: ${entry.change} ${JSON.stringify(entry.detail)}`]
    if (entry.kind === 'lost') return [`       lost the commit at ${entry.range}/${entry.lsn}`]
    return []
  })

function requestText({ atMs, operation, region, status, substatus, connection, token, served }: RequestEntry): string {
  const answer = connection ?? `${status}${substatus === undefined ? '' : `/${substatus}`}`
  const sent = token === undefined ? 'no token' : token === 'malformed' ? 'a malformed token' : `token ${listed(token)}`
  const state = served === undefined ? '' : `, served at ${listed(served)}`
  return `${atMs.toFixed(1)} ms ${operation} in ${region} with ${sent}: ${answer}${state}`
}

interface Position {
  readonly range: string
  readonly version: number
  readonly lsn: number
}

const positionText = ({ range, version, lsn }: Position): string => `${range}@${version}/${lsn}`
const listed = (positions: readonly Position[]): string => positions.map(positionText).join(' ')

const hopText = ({ name, region, client, retries, consistency }: HopDeclaration): string =>
  `${name}: ${region ?? 'any region'}, client ${typeof client === 'string' ? client : `of ${client.shared}`}, retries ${retries}, ${consistency}`

const versionText = (version: number | undefined): string => (version === undefined ? 'nothing' : `v${version}`)

/** `stale, versionsBehind 1`. */
const words = ({ verdict, ...rest }: EventOf<'read'>['judgement']): string =>
  [verdict, ...Object.entries(rest).map(([name, value]) => `${name} ${String(value)}`)].join(', ')
