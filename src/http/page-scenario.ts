import { formatDuration } from '../base/duration.ts'
import { type CanaryState, canaryStates } from '../domain/canary.ts'
import type { Finding } from '../domain/finding.ts'
import { guarantees } from '../domain/guarantees.ts'
import { type MissedReason, missedReasons } from '../domain/journey.ts'
import type { ArmRole, Step } from '../domain/scenario.ts'
import type { Interval } from '../domain/statistics.ts'
import { alarmSentence } from './alarm-words.ts'
import { carryWords } from './carry-words.ts'
import { type Html, html } from './html.ts'
import { printAge, printCount, printInterval, printMs, printRate, printShare, unknownFigure } from './page-numbers.ts'
import { renderStaleness } from './page-staleness.ts'
import type { ArmStatus, ScenarioStatus } from './scenario-status.ts'

/** What a finding means, for a reader of the page. */
const findingWords: Readonly<Record<Finding, { text: string; tone: 'good' | 'notice' | 'bad' }>> = {
  'broken-promise': { text: 'broken promise', tone: 'bad' },
  'silent-downgrade-seen': { text: 'silent downgrade, stale', tone: 'bad' },
  'token-loss-seen': { text: 'token loss, stale', tone: 'bad' },
  unpromised: { text: 'stale at a level that promises nothing else', tone: 'notice' },
  unexplained: { text: 'stale, cause unknown', tone: 'bad' },
  'canary-ignored': { text: 'canary ignored by the service', tone: 'bad' },
  'canary-lost': { text: 'canary lost by the hop', tone: 'bad' },
  'never-shown': { text: 'write never showed while polling', tone: 'bad' },
  'silent-downgrade-lucky': { text: 'silent downgrade, fresh by luck', tone: 'notice' },
  'token-loss-latent': { text: 'token loss, fresh by luck', tone: 'notice' },
  kept: { text: 'kept', tone: 'good' },
}

const roleWords: Readonly<Record<ArmRole, string>> = {
  propagated: 'token carried',
  control: 'token withheld on purpose',
  canary: 'a token that nothing can satisfy',
  workaround: 'token withheld, something done instead',
}

const missedWords: Readonly<Record<MissedReason, string>> = {
  overlap: 'the run before was still going',
  budget: 'the request-unit budget was spent',
  late: 'planned too long ago',
  paused: 'paused',
}

/** One scenario as a card: what it is, its way through the hops, and its arms' figures. */
export function renderScenario(scenario: ScenarioStatus, nowWallMs: number): Html {
  const { name } = scenario
  return html`<article class="card" id="card-${name}" aria-labelledby="name-${name}">
<header><h2 id="name-${name}">${name}</h2><p class="plan">${scenario.schedule} · target ${scenario.target}</p></header>
<p class="about">${scenario.about}</p>
<ol class="journey" aria-label="The journey">${scenario.journey.map((step) => renderStep(step, scenario))}</ol>
<div class="scroll" tabindex="0" role="region" aria-labelledby="name-${name}">
<table data-live id="arms-${name}">
<caption class="hidden">Figures of ${name} by arm, since the start</caption>
<thead>
<tr class="groups"><td></td><th colspan="3" scope="colgroup">Reads</th><th colspan="3" scope="colgroup">Read latency</th><th colspan="3" scope="colgroup">Cost</th><th colspan="2" scope="colgroup">Runs</th></tr>
<tr><th scope="col">Arm</th><th scope="col">judged</th><th scope="col">stale</th><th scope="col">without token</th><th scope="col">p50</th><th scope="col">p95</th><th scope="col">p99</th><th scope="col">RU/s</th><th scope="col">RU/run</th><th scope="col">retries/read</th><th scope="col">done</th><th scope="col">last finding</th></tr>
</thead>
<tbody>${scenario.arms.map((arm) => renderArm(scenario, arm, nowWallMs))}</tbody>
</table>
</div>
${renderStaleness(scenario)}
<div class="notes" data-live id="notes-${name}">${notesOf(scenario).map((note) => html`<p>${note}</p>`)}${alarmsOf(scenario, nowWallMs)}${violationsOf(scenario)}</div>
</article>`
}

function renderStep(step: Step, scenario: ScenarioStatus): Html {
  const { hops } = scenario
  const region = (hop: string) => hops.find(({ name }) => name === hop)?.regionLabel ?? ''
  switch (step.kind) {
    case 'write':
    case 'read': {
      const what = step.kind === 'write' ? step.write : step.read
      return html`<li class="stop ${step.kind}"><b>${step.at}</b> <span>${region(step.at)}</span> <em>${step.kind === 'write' ? 'writes' : 'reads'} (${what}${step.kind === 'write' && step.losesResponse === true && ', answer lost'})</em></li>`
    }
    case 'carry':
      return html`<li class="way"><span>${carryWords(step)}</span></li>`
    case 'wait':
      return html`<li class="way wait"><span>wait ${step.sweepMs.map(formatDuration).join(', ')}</span></li>`
    case 'poll':
      return html`<li class="stop read"><b>${step.at}</b> <span>${region(step.at)}</span> <em>polls (${step.read}, every ${formatDuration(step.everyMs)})</em></li>`
    case 'request':
      return html`<li class="stop ${step.does}"><b>${step.at}</b> <span>endpoint</span> <em>${step.does === 'write' ? 'writes' : 'reads'} (${step.request.method})</em></li>`
    case 'reconnect':
      return html`<li class="stop"><b>${step.at}</b> <span>${region(step.at)}</span> <em>reconnects</em></li>`
    case 'offline':
      return html`<li class="stop write"><b>${step.at}</b> <span>${region(step.at)}</span> <em>offline ${step.sweepMs.map(formatDuration).join(', ')}, then uploads (${step.writes.join(', ')})</em></li>`
    case 'simulate':
      return html`<li class="way"><span>the account: ${step.change}${step.change === 'failover' && ` to ${step.to}`}</span></li>`
    case 'parallel':
      return html`<li class="branches"><span>at the same time</span>${step.branches.map((branch) => html`<ol>${branch.map((each) => renderStep(each, scenario))}</ol>`)}</li>`
  }
}

function renderArm(scenario: ScenarioStatus, arm: ArmStatus, nowWallMs: number): Html {
  const runs = Object.values(arm.runs).reduce((sum, count) => sum + count, 0)
  const role = roleWords[arm.role]
  const latency = arm.readLatency ?? arm.pollLatency
  const troubled = (['abandoned', 'crashed', 'failed'] as const).filter((result) => arm.runs[result] > 0)
  return html`<tr>
<th scope="row">${arm.arm}<small>${role}</small><small>${printShare(arm.share)} of runs</small></th>
<td>${printCount(arm.judgedReads)}${arm.failedReads > 0 && html`<small>${printCount(arm.failedReads)} failed</small>`}</td>
<td>${renderRate(arm.staleRate, arm.carriesToken)}</td>
<td>${renderRate(arm.tokenLossRate, arm.carriesToken)}</td>
<td>${printMs(latency?.p50Ms)}</td><td>${printMs(latency?.p95Ms)}</td><td>${printMs(latency?.p99Ms)}</td>
<td>${printRate(arm.requestUnits === undefined ? undefined : arm.recent?.requestUnitsPerSecond)}</td><td>${printRate(arm.requestUnitsPerRun)}</td><td>${printRate(arm.retriesPerRead)}</td>
<td>${printCount(runs)}${troubled.map((result) => html`<small>${printCount(arm.runs[result])} ${result}</small>`)}</td>
<td class="last">${renderLast(scenario, arm, nowWallMs)}</td>
</tr>`
}

/** A rate with its interval in words and as a whisker; coloured only where it is meant to be 0, and marked by shape as well. */
function renderRate(rate: Interval | undefined, shouldBeZero: boolean): Html {
  if (rate === undefined)
    return html`<span class="none">${unknownFigure}<span class="hidden"> nothing judged yet</span></span>`
  const tone = shouldBeZero ? (rate.point > 0 ? 'bad' : 'good') : 'plain'
  const mark = { bad: '▲ ', good: '', plain: '' }[tone]
  const at = (share: number) => (share * 100).toFixed(2)
  return html`<span class="rate ${tone}">${mark}${printShare(rate.point)}</span><small>${printInterval(rate)}</small>
<svg class="whisker ${tone}" viewBox="-3 0 106 8" width="84" height="7" aria-hidden="true"><path class="track" d="M0 4H100"/><path class="range" d="M${at(rate.low)} 4H${at(rate.high)}"/><circle cx="${at(rate.point)}" cy="4" r="3"/></svg>`
}

function renderLast({ name }: ScenarioStatus, { arm, carriesToken, lastFinding }: ArmStatus, nowWallMs: number): Html {
  if (lastFinding === undefined) return html`<span class="none">none</span>`
  const { text, tone } = findingWords[lastFinding.finding]
  const shown = carriesToken || lastFinding.finding === 'broken-promise' ? tone : 'plain'
  const behind = lastFinding.versionsBehind === undefined ? '' : `, ${lastFinding.versionsBehind} behind`
  return html`<a class="${shown}" id="last-${name}-${arm}" href="/api/v1/runs/${encodeURIComponent(lastFinding.runId)}">${text}</a><small>${lastFinding.hop}, ${lastFinding.region}${behind}</small><small>${printAge(nowWallMs - lastFinding.atWallMs)} ago</small>`
}

function notesOf(scenario: ScenarioStatus): string[] {
  const notes: string[] = []
  const withheld = scenario.arms.filter((arm) => arm.role === 'control')
  const { protection, missed } = scenario
  if (protection)
    notes.push(
      `Without the token, ${points(protection.point)} more reads in a hundred are stale (95 % interval ${points(protection.low)} to ${points(protection.high)}): that is what the token is worth here.`,
    )
  else if (withheld.some((arm) => arm.judgedReads > 0))
    notes.push('Withholding the token has made no read stale so far, so nothing is proven about its protection.')
  const canaries = canaryStates.reduce((sum, state) => sum + canariesIn(scenario, state), 0)
  if (canaries > 0)
    notes.push(
      `Of ${printCount(canaries)} canaries the service answered ${printCount(canariesIn(scenario, 'answered'))} as it must, ${printCount(canariesIn(scenario, 'lost'))} were lost on the way, ${printCount(canariesIn(scenario, 'ignored'))} ignored.`,
    )
  for (const { arm, polls } of scenario.arms)
    if (polls.shown + polls['not-shown'] > 0)
      notes.push(
        `${arm}: the write showed in ${printCount(polls.shown)} polls, and never within the bound in ${printCount(polls['not-shown'])}.`,
      )
  const reasons = missedReasons.filter((reason) => missed[reason] > 0)
  if (reasons.length > 0)
    notes.push(
      `Runs that did not happen: ${reasons.map((r) => `${printCount(missed[r])} (${missedWords[r]})`).join(', ')}.`,
    )
  return notes
}

function alarmsOf({ alarms }: ScenarioStatus, nowWallMs: number): Html[] {
  return alarms
    .filter(({ isRaised }) => isRaised)
    .map((alarm) => {
      const age = alarm.raisedAtWallMs === undefined ? '' : `, raised ${printAge(nowWallMs - alarm.raisedAtWallMs)} ago`
      return html`<p class="bad">▲ Alarm${age}: ${alarmSentence(alarm)}. It clears when runs have gone well for long enough; evidence left: ${printShare(alarm.evidence)}.</p>`
    })
}

/** Only of the arms that carry the token: elsewhere they are what was to be measured. */
function violationsOf({ arms }: ScenarioStatus): Html[] {
  return arms
    .filter(({ carriesToken }) => carriesToken)
    .flatMap(({ arm, violations, lastViolation }) => {
      if (lastViolation === undefined) return []
      const counted = guarantees.filter((each) => violations[each] > 0)
      const told = counted
        .map((each) => `${each.replaceAll('-', ' ')} ${printCount(violations[each])} times`)
        .join(', ')
      return [
        html`<p class="bad">▲ Session guarantees violated in ${arm}: ${told}. <a href="/api/v1/runs/${encodeURIComponent(lastViolation.runId)}">The latest, with the operations that show it</a></p>`,
      ]
    })
}

const canariesIn = ({ arms }: ScenarioStatus, state: CanaryState) =>
  arms.reduce((sum, arm) => sum + arm.canaries[state], 0)

const points = (share: number) => (share * 100).toLocaleString('en', { maximumFractionDigits: 1 })
