import { expect, test } from 'vitest'
import { dashboards } from '../../scripts/dashboards/all.ts'
import { panelsOf, substitute, targetsOf } from '../../scripts/dashboards/ask.ts'
import { buildDashboard } from '../../scripts/dashboards/frame.ts'
import { hasPromtool, testRules } from '../rules/promtool.ts'

const chosen = { job: '.+', scenario: '.+', arm: '.+', window: '15m', __rate_interval: '1m', __range: '1h' }
const pace = { evaluate: '1m', sample: '15s' }

/** The expression of a panel, as Grafana would ask it. */
function asked(uid: string, title: string, legend?: string): string {
  const panel = panelsOf(buildDashboard(dashboards.find((plan) => plan.uid === uid)!)).find(
    (each) => each.title === title,
  )!
  const target = targetsOf(panel).find(({ legendFormat }) => legend === undefined || legendFormat === legend)!
  return substitute(target.expr, chosen)
}

const always = (series: string, value: number) => ({ series, values: `${value}x60` })
const alarm = (kind: string, scenario: string, value: number) =>
  always(`hopwatch_${kind}_alarm{job="hopwatch", scenario="${scenario}"}`, value)
const slow = (scenario: string, arm: string, le: string, each: number) => ({
  series: `hopwatch_read_duration_seconds_bucket{job="hopwatch", scenario="${scenario}", arm="${arm}", le="${le}"}`,
  values: `0+${each}x60`,
})

test.skipIf(!hasPromtool).each([
  {
    what: 'alarms raised: a journey that has only one of the two alarms counts, one with both counts once',
    expr: asked('hopwatch-overview', 'Alarms raised'),
    series: [
      alarm('token_loss', 'both', 1),
      alarm('stale_read', 'both', 1),
      alarm('stale_read', 'only-stale', 1),
      alarm('token_loss', 'only-loss', 1),
      alarm('token_loss', 'quiet', 0),
      alarm('stale_read', 'quiet', 0),
    ],
    shows: [{ labels: '{}', value: 3 }],
  },
  {
    what: 'the 95th percentile against its objective: reads with the token only, neither writes nor other arms',
    expr: asked('hopwatch-scenario', 'Objectives: how much is used', '95th percentile'),
    series: [
      always('hopwatch_objective_read_seconds{job="hopwatch", scenario="a"}', 0.05),
      slow('a', 'propagated', '0.1', 100),
      slow('a', 'propagated', '+Inf', 100),
      slow('a', 'control', '0.1', 0),
      slow('a', 'control', '10', 900),
      slow('a', 'control', '+Inf', 900),
      {
        series:
          'hopwatch_operation_duration_quantile_seconds{job="hopwatch", scenario="a", hop="h", operation="upsert", quantile="0.95"}',
        values: '9x60',
      },
    ],
    shows: [{ labels: '{scenario="a"}', value: 1.9 }],
  },
])('$what (skipped where promtool is missing)', ({ expr, series, shows }) => {
  const asks = [{ expr, eval_time: '10m', exp_samples: shows }]
  const { code, text } = testRules(
    'groups: []',
    [{ interval: pace.sample, input_series: series, promql_expr_test: asks }],
    pace,
  )
  expect(text).not.toContain('FAILED')
  expect(code).toBe(0)
})
