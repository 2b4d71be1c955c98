import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { expect, onTestFinished, test } from 'vitest'
import { missingPrograms, startPrometheus } from '../../examples/regression/monitoring.ts'
import { dashboards } from '../../scripts/dashboards/all.ts'
import { askPrometheus, type Chosen, panelsOf, type Target, targetsOf } from '../../scripts/dashboards/ask.ts'
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

interface Asked {
  readonly where: string
  readonly target: Target
  readonly chosen: Chosen
}

const everything: Chosen = { job: '.+', scenario: '.+', arm: '.+', window: '1m', __rate_interval: '30s', __range: '5m' }
const shipped = (uid: string): Dashboard =>
  JSON.parse(readFileSync(join(root, 'dashboards', `${uid}.json`), 'utf8')) as Dashboard

function queriesOf(uid: string, chosen: Chosen, without: readonly string[] = []): Asked[] {
  return panelsOf(shipped(uid))
    .filter(({ title }) => !without.includes(title ?? ''))
    .flatMap((panel) =>
      targetsOf(panel).map((target) => ({
        where: `${uid} of ${chosen.scenario}: ${panel.title}, ${target.refId}`,
        target,
        chosen,
      })),
    )
}

test.runIf(canRun)(
  'every query of every panel has data on the default run (skipped where Prometheus is missing)',
  async () => {
    const { address } = await startServe([])
    const startedAtSeconds = Date.now() / 1000
    const prometheus = await startPrometheus({
      folder: await makeFolder(),
      rulesFile: join(root, 'dashboards/alerts.yaml'),
      hopwatchUrl: address,
      // Nobody listens there: what is asked here are figures.
      alertmanagerUrl: 'http://127.0.0.1:9',
    })
    onTestFinished(() => prometheus.stop())
    let pending = [
      ...dashboards.filter(({ uid }) => uid !== 'hopwatch-scenario').flatMap(({ uid }) => queriesOf(uid, everything)),
      ...scenarios.flatMap((scenario, index) =>
        queriesOf('hopwatch-scenario', { ...everything, scenario }, index === 0 ? [] : needsStaleness),
      ),
    ]
    expect(pending.length).toBeGreaterThan(200)
    const isEmpty = async ({ target, chosen }: Asked): Promise<boolean> => {
      const range = { fromSeconds: startedAtSeconds, toSeconds: Date.now() / 1000, stepSeconds: 5 }
      return (await askPrometheus(prometheus.url, target, chosen, range)).length === 0
    }
    await until(
      'data in every panel',
      async () => {
        const empty: Asked[] = []
        for (const asked of pending) if (await isEmpty(asked)) empty.push(asked)
        pending = empty
        return pending.length === 0
      },
      patienceMs,
    ).catch(() => {})
    expect(pending.map(({ where }) => where)).toEqual([])
  },
  patienceMs + 60_000,
)
