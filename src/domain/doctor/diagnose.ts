import { needsTarget, type Scenario } from '../scenario.ts'
import { azureCommands } from './azure-commands.ts'
import { diagnoseAccount } from './diagnose-account.ts'
import { diagnoseContainer } from './diagnose-container.ts'
import { diagnoseHops } from './diagnose-hops.ts'
import { type Diagnosis, worstFirst } from './diagnosis.ts'
import { placeOf, type TargetLook } from './look.ts'

/** What was seen of an account, against the scenarios that use it; worst first. */
export function diagnose(look: TargetLook, all: readonly Scenario[]): Diagnosis[] {
  const scenarios = all.filter((scenario) => needsTarget(scenario) && scenario.target === look.name)
  const azure = azureCommands(new URL(look.endpoint))
  const byPlace = Map.groupBy(scenarios, ({ container }) => placeOf(container))
  return worstFirst([
    ...diagnoseAccount(look, azure),
    ...[...byPlace.values()].flatMap((sharing) => diagnoseContainer(look, sharing, azure)),
    ...scenarios.flatMap((scenario) => diagnoseHops(look, scenario, azure)),
  ])
}
