import { cost } from './cost.ts'
import type { DashboardPlan } from './frame.ts'
import { itself } from './itself.ts'
import { overview } from './overview.ts'
import { scenario } from './scenario.ts'
import { tokenFlow } from './token-flow.ts'

/** In the order in which one looks at them. */
export const dashboards: readonly DashboardPlan[] = [overview, scenario, tokenFlow, cost, itself]
