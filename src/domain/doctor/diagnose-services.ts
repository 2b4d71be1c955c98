import type { Scenario } from '../scenario.ts'
import { type Diagnosis, finding } from './diagnosis.ts'

/** Services of the user's own, which only their answers tell of: an account that none of the scenarios reads says nothing about them. */
export const diagnoseServices = (scenarios: readonly Scenario[]): Diagnosis[] =>
  scenarios.flatMap(({ name, hops }) => {
    const origins = new Set(hops.flatMap(({ endpoint = [] }) => endpoint).map((url) => new URL(url).origin))
    if (origins.size === 0) return []
    return [
      finding('unknown', name, `doctor cannot look into what answers at ${[...origins].join(', ')}`, {
        means:
          'which account it uses, whether its clients ask for Session, and whether it hands the token on, is not seen from here; that speaks neither for nor against it',
        remedy:
          'let "hopwatch check" judge what it answers; to have its account looked at, set COSMOS_ENDPOINT and a credential that reads',
      }),
    ]
  })
