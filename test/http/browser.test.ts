import { spawnSync } from 'node:child_process'
import axe, { type AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { downgradeAttempts, plausibleRun, runOf, scenarioOf, seeded, serve, wallStartMs } from './support.ts'

const executablePath = '/usr/bin/chromium'
const canRun = spawnSync(executablePath, ['--version']).status === 0 || process.env.HOPWATCH_REQUIRE_ALL_TESTS === '1'

let browser: Browser
const scenarios = [scenarioOf('travel-itinerary'), scenarioOf('field-maintenance')]

/** A page in a browser, with all that it complained of. */
async function open(address: string, options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('data:')) complaints.push(request.url())
  })
  await page.goto(address)
  return { page, complaints }
}

const headline = (page: Page) => page.locator('h1')

/** What a reader would otherwise only find by pressing keys and listening. */
async function barriersOn(page: Page): Promise<string[]> {
  // Evaluated, not added to the page: its policy would refuse a script of ours, and must go on doing so.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

const broken = runOf({ id: 'bad', judgement: { verdict: 'stale', versionsBehind: 2 }, token: 'intact' })

/** Needs Chromium (Debian package `chromium`). */
describe.skipIf(!canRun)('in a real browser (skipped where Chromium is not installed)', () => {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
    })
  })
  afterAll(async () => browser?.close())

  test('the page keeps itself current without being loaded anew, and says when nobody answers any more', async () => {
    const { publication, address, ...server } = await serve(scenarios)
    publication.sink.record(runOf({ id: 'fresh' }))
    const { page, complaints } = await open(address)
    expect(await headline(page).textContent()).toContain('1 of 2 journeys read what they wrote')
    await page.evaluate('globalThis.wasHere = true')
    const link = page.getByRole('link', { name: 'runs' })
    await link.focus()

    publication.sink.record(broken)
    await headline(page).getByText('✕').waitFor()
    expect(await page.title()).toMatch(/^✕ travel-itinerary/)
    expect(await page.evaluate('wasHere')).toBe(true)
    expect(await page.evaluate('document.activeElement.textContent')).toBe('runs')
    expect(complaints).toEqual([])

    await server.close()
    await page.getByRole('alert').getByText('hopwatch does not answer').waitFor()
  })

  test('whoever gave the token as a password goes on seeing it', async () => {
    const apiToken = 'a-password'.repeat(4)
    const { publication, address, ...server } = await serve(scenarios, {
      listen: { host: '0.0.0.0', port: 0 },
      apiToken,
    })
    const local = address.replace('0.0.0.0', '127.0.0.1')
    const { page, complaints } = await open(local, { httpCredentials: { username: 'anyone', password: apiToken } })
    publication.sink.record(broken)
    await headline(page).getByText('✕').waitFor()
    expect(complaints).toEqual([])
    await server.close()
  })

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)(
    'in %s, %i pixels wide, nothing keeps anybody out, and nothing sticks out',
    async (colorScheme, width) => {
      const { publication, address, ...server } = await serve(scenarios, {
        configuration: () => ({ isSuccessful: false, lastSuccessWallMs: wallStartMs, problems: [] }),
      })
      const random = seeded('browser')
      for (let index = 0; index < 40; index++)
        for (const { name } of scenarios)
          publication.sink.record(plausibleRun(index, name, random, wallStartMs + index * 1000))
      publication.sink.record(broken)
      publication.sink.record(
        runOf({
          id: 'silent',
          judgement: { verdict: 'stale', versionsBehind: 1 },
          token: 'dropped',
          attempts: downgradeAttempts,
        }),
      )
      const { page, complaints } = await open(address, { colorScheme, viewport: { width, height: 800 } })
      expect(await barriersOn(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(complaints).toEqual([])
      await server.close()
    },
  )

  test('without script it is whole', async () => {
    const { publication, address, ...server } = await serve(scenarios)
    publication.sink.record(broken)
    const { page } = await open(address, { javaScriptEnabled: false })
    expect(await headline(page).textContent()).toContain('travel-itinerary')
    expect(await page.locator('table').count()).toBeGreaterThan(0)
    await server.close()
  })
})
