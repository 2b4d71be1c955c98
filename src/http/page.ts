import type { Tone } from './headline.ts'
import { type Html, html, raw } from './html.ts'
import { printAge } from './page-numbers.ts'
import { marks, renderOverview } from './page-overview.ts'
import { renderScenario } from './page-scenario.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'
import { reloadProblemText } from './reload.ts'
import type { Status } from './status.ts'

/** What a screen reader hears on a change. */
const spokenWords: Readonly<Record<Tone, string>> = {
  good: 'All is well',
  notice: 'Something needs a look',
  bad: 'Something is wrong',
  quiet: 'Nothing is known yet',
}

const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path d='M2 12 Q8 -4 14 12' fill='none' stroke='%231d4f9c' stroke-width='2'/><circle cx='2' cy='12' r='2' fill='%231d4f9c'/><circle cx='14' cy='12' r='2' fill='%231d4f9c'/></svg>"

/** The status page: one document, nothing loaded from elsewhere, whole without script. */
export function renderPage(status: Status): string {
  const { headline, scenarios, nowWallMs, startedAtWallMs, version } = status
  const mark = marks[headline.tone]
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${mark} ${headline.sentence} · hopwatch</title>
<link rel="icon" href="${raw(icon)}">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<style>${raw(pageStyle)}</style>
</head>
<body>
<div class="wrap">
<header class="top"><p class="brand">hopwatch</p>
<nav aria-label="Data"><a href="/api/v1/scenarios">figures</a><a href="/api/v1/runs">runs</a><a href="/metrics">metrics</a><a href="/readyz">readiness</a></nav></header>
<p class="lost" id="lost" role="alert" hidden>hopwatch does not answer. The figures below are the last it gave.</p>
<main>
<p class="hidden" role="status" data-live id="spoken">${spokenWords[headline.tone]}</p>
<section class="headline ${headline.tone}" aria-label="In short" data-live id="headline">
<h1><span aria-hidden="true">${mark}</span> <span>${headline.sentence}</span></h1>
${headline.detail !== '' && html`<p class="detail">${headline.detail}</p>`}
<p>The last 5 minutes, in the arms that carry the token. ${renderTargets(status)} Running for ${printAge(nowWallMs - startedAtWallMs)}.</p>
</section>
<div data-live id="files">${renderFiles(status)}</div>
${renderOverview(scenarios)}
${scenarios.map((scenario) => renderScenario(scenario, nowWallMs))}
</main>
<footer>
<p>Each journey writes a document of its own at one hop and reads it at the next. A read is <b>stale</b> when it returns less than what was acknowledged, and <b>without token</b> when the session token on the wire did not cover that write. Rates carry their 95 % interval. Figures are since the start; RU/s is over the last 5 minutes.</p>
<p>hopwatch ${version}</p>
</footer>
</div>
<script>${raw(pageScript)}</script>
</body>
</html>
`
  return page.toString()
}

const mostProblems = 10

function renderFiles({ configuration, nowWallMs }: Status): Html | false {
  const { isSuccessful, lastSuccessWallMs, problems } = configuration
  if (isSuccessful) return false
  const more = problems.length - mostProblems
  return html`<section class="files" aria-label="The files"><p><b>The files have changed and are not in order.</b> What they said ${printAge(nowWallMs - lastSuccessWallMs)} ago goes on.</p>
<ul>${problems.slice(0, mostProblems).map((problem) => html`<li>${reloadProblemText(problem)}</li>`)}${more > 0 && html`<li>and ${more} more, which the log names</li>`}</ul></section>`
}

function renderTargets({ readiness }: Status): Html {
  const shown = readiness.targets.map(({ name, isUp, wasReached, problem }) => {
    const state = isUp ? 'up' : wasReached ? 'down' : 'not reached yet'
    return html`Target ${name} is <b>${state}</b>${!isUp && problem !== undefined && `: ${problem}`}. `
  })
  return html`${shown}`
}
