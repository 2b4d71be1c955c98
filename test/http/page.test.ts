import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { downgradeAttempts, runOf, scenarioOf, serve } from './support.ts'

const pageOf = async (...args: Parameters<typeof serve>) => {
  const served = await serve(...args)
  const { sink } = served.publication
  sink.record(runOf({ id: 'fresh' }))
  sink.record(
    runOf({
      id: 'bad/run',
      judgement: { verdict: 'stale', versionsBehind: 2 },
      token: 'dropped',
      attempts: downgradeAttempts,
    }),
  )
  sink.record(runOf({ id: 'c', arm: 'control', token: 'lost' }))
  sink.missed('travel-itinerary', 'overlap', 4)
  const response = await served.get('/')
  const text = (await response.text()).replaceAll('\u00a0', ' ')
  await served.close()
  return { response, text }
}

test('the page has the figures of each arm, and leads to the run', async () => {
  const { response, text } = await pageOf([scenarioOf('travel-itinerary')])
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  for (const part of [
    '<html lang="en">',
    '<title>✕ travel-itinerary: 1 of 2 reads was stale · hopwatch</title>',
    'every 2s · target default',
    '<b>gateway</b> <span>West Europe</span>',
    'token withheld on purpose',
    '▲ 50 %',
    'silent downgrade, stale',
    'href="/api/v1/runs/bad%2Frun"',
    'North Europe, 2 behind',
    'Runs that did not happen: 4 (the run before was still going).',
    'Withholding the token has made no read stale so far',
    'Target default is <b>up</b>',
  ])
    expect(text).toContain(part)
})

test('nothing from a file reaches the page as markup', async () => {
  const hostile = `<script>alert("x")</script>'&`
  const { text } = await pageOf(
    [
      scenarioOf('travel-itinerary', {
        about: hostile,
        target: hostile,
        schedule: { kind: 'cron', expression: hostile, timezone: hostile },
      }),
    ],
    {
      readiness: () => ({
        scheduledScenarios: 1,
        loadedScenarios: 1,
        targets: [{ name: hostile, wasReached: true, isUp: false, problem: hostile }],
      }),
    },
  )
  expect(text).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;')
  expect(text.match(/<script/g)).toHaveLength(1)
})

test('its own script and style are the only ones that its policy lets run, and nothing is loaded from elsewhere', async () => {
  const { response, text } = await pageOf([scenarioOf('travel-itinerary')])
  const policy = response.headers.get('content-security-policy') ?? ''
  for (const tag of ['script', 'style']) {
    const body = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(text)?.[1] ?? ''
    expect(body.length).toBeGreaterThan(100)
    expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(body).digest('base64')}'`)
  }
  expect(text).not.toMatch(/(?:src|href)="https?:/)
  expect(text).not.toMatch(/ style="| on[a-z]+="/)
  expect(text).toContain('<noscript><meta http-equiv="refresh" content="5"></noscript>')
})

test('several journeys are listed before their cards, worst first, by shape and word; a single one is not', async () => {
  const { text } = await pageOf([scenarioOf('calm-before'), scenarioOf('travel-itinerary')])
  const overview = /<div data-live id="overview">([\s\S]*?)<article/.exec(text)?.[1] ?? ''
  const rows = overview.split('<tr>').slice(2)
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatch(/✕.*href="#card-travel-itinerary".*1 of 2 reads was stale/)
  expect(rows[0]).toContain('▲ 50 %')
  expect(rows[1]).toMatch(/….*href="#card-calm-before".*nothing judged/)
  expect(text).toContain('<article class="card" id="card-travel-itinerary"')
  expect((await pageOf([scenarioOf('travel-itinerary')])).text).toContain('<div data-live id="overview"></div>')
})
