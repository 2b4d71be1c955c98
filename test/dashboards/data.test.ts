import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { expect, onTestFinished, test } from 'vitest'
import { missingPrograms, startPrometheus } from '../../examples/regression/monitoring.ts'
import { dashboards } from '../../scripts/dashboards/all.ts'
import { type Chosen, emptyQueries } from '../../scripts/dashboards/ask.ts'
import { makeFolder, root, until } from '../e2e/process.ts'
import { startServe } from '../e2e/service.ts'

const canRun = !missingPrograms.includes('prometheus') || process.env.HOPWATCH_REQUIRE_ALL_TESTS !== undefined
const patienceMs = 100_000

/** The first in the alphabet is the one that the page of one scenario opens with. */
const scenarios = readdirSync(join(root, 'scenarios'))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''))
  .toSorted()
/** These wait for a read that is stale without its token, which comes to every journey in time, but not within a test. */
const needsStaleness = ['What the token is worth', 'Until a write showed, by region pair']

const everything: Chosen = { job: '.+', scenario: '.+', arm: '.+', window: '1m', __rate_interval: '30s', __range: '5m' }
const shipped = (uid: string): Dashboard =>
  JSON.parse(readFileSync(join(root, 'dashboards', `${uid}.json`), 'utf8')) as Dashboard

test.runIf(canRun)(
  'every query of every panel has data on the default run (skipped where Prometheus is missing)',
  async () => {
    const { address } = await startServe([])
    const fromSeconds = Date.now() / 1000
    const prometheus = await startPrometheus({
      folder: await makeFolder(),
      rulesFile: join(root, 'dashboards/alerts.yaml'),
      hopwatchUrl: address,
      // Nobody listens there: what is asked here are figures.
      alertmanagerUrl: 'http://127.0.0.1:9',
    })
    onTestFinished(() => prometheus.stop())
    const pages = [
      ...dashboards.filter(({ uid }) => uid !== 'hopwatch-scenario').map(({ uid }) => ({ uid, chosen: everything })),
      ...scenarios.map((scenario) => ({ uid: 'hopwatch-scenario', chosen: { ...everything, scenario } })),
    ]
    const mayBeEmpty = (query: string) =>
      !query.includes(`(${scenarios[0]})`) && needsStaleness.some((title) => query.includes(title))
    let empty: string[] = []
    const fill = async () => {
      const range = { fromSeconds, toSeconds: Date.now() / 1000, stepSeconds: 5 }
      empty = []
      for (const { uid, chosen } of pages)
        empty.push(...(await emptyQueries(prometheus.url, shipped(uid), chosen, range)))
      empty = empty.filter((query) => !mayBeEmpty(query))
      return empty.length === 0
    }
    await until('data in every panel', fill, patienceMs).catch((error: unknown) => {
      expect(empty).toEqual([])
      throw error
    })
  },
  patienceMs + 60_000,
)
