import type { Interval } from '../domain/statistics.ts'
import { recentStateOf, type Tone } from './headline.ts'
import { type Html, html } from './html.ts'
import { printInterval, printMs, printShare, unknownFigure } from './page-numbers.ts'
import type { ScenarioStatus } from './scenario-status.ts'

/** Each tone by shape and word too: the page must read without colour. */
export const marks: Readonly<Record<Tone, string>> = { good: '✓', notice: '!', bad: '✕', quiet: '…' }

/** Every journey on one line, worst first, with and without the token. Of one there is nothing to compare. */
export const renderOverview = (scenarios: readonly ScenarioStatus[]): Html =>
  html`<div data-live id="overview">${scenarios.length > 1 && renderTable(scenarios)}</div>`

function renderTable(scenarios: readonly ScenarioStatus[]): Html {
  const rows = scenarios
    .map((scenario) => ({ scenario, state: recentStateOf(scenario) }))
    .toSorted((one, other) => worstFirst.indexOf(one.state.tone) - worstFirst.indexOf(other.state.tone))
  return html`<div class="card all">
<div class="scroll" tabindex="0" role="region" aria-label="All journeys">
<table>
<caption class="hidden">Each journey: the last 5 minutes in words, and its figures since the start</caption>
<thead>
<tr><th scope="col">Journey</th><th scope="col">stale</th><th scope="col">without token</th><th scope="col">p95</th><th scope="col">stale without it, on purpose</th></tr>
</thead>
<tbody>${rows.map(renderRow)}</tbody>
</table>
</div>
</div>`
}

const worstFirst: readonly Tone[] = ['bad', 'notice', 'quiet', 'good']

function renderRow({ scenario, state }: { scenario: ScenarioStatus; state: ReturnType<typeof recentStateOf> }): Html {
  const { name, arms } = scenario
  const { tone, text } = state
  const carried = arms.find(({ carriesToken }) => carriesToken)
  const control = arms.find(({ role }) => role === 'control')
  return html`<tr>
<th scope="row"><span class="mark ${tone}" aria-hidden="true">${marks[tone]}</span> <a id="to-${name}" href="#card-${name}">${name}</a> <small class="${tone}">${text}</small></th>
<td>${carriedShare(carried?.staleRate)}</td><td>${carriedShare(carried?.tokenLossRate)}</td><td>${printMs(carried?.readLatency?.p95Ms)}</td><td>${share(control?.staleRate)}</td>
</tr>`
}

const share = (rate: Interval | undefined): Html | string =>
  rate === undefined ? unknownFigure : html`${printShare(rate.point)}<small>${printInterval(rate)}</small>`

/** Of an arm that carries the token, where it is meant to be 0; marked by shape as well. */
function carriedShare(rate: Interval | undefined): Html | string {
  if (rate === undefined) return unknownFigure
  return rate.point === 0
    ? html`<span class="rate good">${share(rate)}</span>`
    : html`<span class="rate bad">▲ ${share(rate)}</span>`
}
