import { expect, onTestFinished, test } from 'vitest'
import { lossyCarry, startRegressionDemo } from '../../examples/regression/demo.ts'
import { missingPrograms } from '../../examples/regression/monitoring.ts'
import { regressionAlert, tellStory } from '../../examples/regression/story.ts'

/** The demonstration, shortened: without its end, which comes minutes later. */
const canRun = missingPrograms.length === 0 || process.env.HOPWATCH_REQUIRE_ALL_TESTS !== undefined

test.runIf(canRun)(
  'a gateway begins to lose tokens, and Alertmanager tells a webhook which journey, hop pair and carrier (skipped where they are missing)',
  async () => {
    const demo = await startRegressionDemo()
    onTestFinished(() => demo.close())
    const { alert } = await tellStory(demo, { healthyMs: 10_000, share: 0.2, untilResolved: false })
    expect(alert.labels).toEqual({ alertname: regressionAlert, severity: 'page', ...lossyCarry })
    expect(alert.annotations.summary).toMatch(
      /^checkout: [\d.]+% of the session tokens are lost from orders to receipts by cookie$/,
    )
    expect(alert.annotations.runbook_url).toBe('docs/runbooks/hopwatch-token-loss-regression.md')
  },
  300_000,
)
