import type { Scenario } from '../domain/scenario.ts'
import { isTrue } from './settings.ts'

/** What `HOPWATCH_ALLOW_UNAUTHENTICATED` holds in the image. */
const whileSimulated = 'demo'

/**
 * Whether a listener beyond loopback may do without a token. The image says `demo`: as long as only the embedded simulator
 * is looked at, whose figures are nobody's. With an account or a service of the user's it must be said outright.
 */
export function letsEverybodyRead(
  said: boolean | string | undefined,
  { targets, scenarios }: { readonly targets: readonly unknown[]; readonly scenarios: readonly Scenario[] },
): boolean {
  const services = scenarios.flatMap(({ hops }) => hops.flatMap(({ endpoint = [] }) => endpoint))
  if (said === whileSimulated) return targets.length === 0 && services.length === 0
  return isTrue(said) ?? false
}
