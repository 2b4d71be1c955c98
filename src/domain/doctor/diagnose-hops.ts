import { closest, distance } from 'fastest-levenshtein'
import { isWeakerOrEqual } from '../../protocol/consistency-level.ts'
import { sameRegion } from '../../protocol/region.ts'
import type { HopDeclaration, Scenario } from '../scenario.ts'
import type { AzureCommands } from './azure-commands.ts'
import { milliseconds } from './diagnose-account.ts'
import { diagnoseJourney } from './diagnose-journey.ts'
import { type Diagnosis, finding } from './diagnosis.ts'
import type { AccountLook, TargetLook } from './look.ts'

const mostTypos = 3

/** What the settings of a scenario's clients, and its journey, do to the session guarantee, against the account as it is. */
export function diagnoseHops(look: TargetLook, scenario: Scenario, azure: AzureCommands): Diagnosis[] {
  const { account } = look
  const { hops } = scenario
  const ofHops = hops.flatMap((hop) => {
    const subject = `${scenario.name}, hop ${hop.name}`
    const check = (each: (hop: HopDeclaration, subject: string) => Diagnosis | undefined) => each(hop, subject) ?? []
    return [
      ...(account ? [diagnoseRegion(hop, subject, account, azure)].flat() : []),
      check((given) => diagnoseLevel(given, subject, account, azure)),
      check(diagnoseClient),
      check(diagnoseRetries),
      check(diagnoseElsewhere),
      check((given) => diagnoseSlowness(given, subject, look, scenario.objectives.p95Ms)),
    ].flat()
  })
  const diagnoses = [...ofHops, ...diagnoseJourney(scenario)]
  const isPlain = !diagnoses.some(({ severity }) => severity === 'problem' || severity === 'warning')
  const verdict = isPlain && account ? [finding('ok', scenario.name, plain(hops))] : []
  return [...verdict, ...diagnoses]
}

const plain = (hops: readonly HopDeclaration[]): string =>
  `${hops.map(({ name }) => name).join(', ')}: nothing in the settings of the clients or in the journey defeats the session guarantee`

function diagnoseRegion(
  { region }: HopDeclaration,
  subject: string,
  account: AccountLook,
  azure: AzureCommands,
): Diagnosis[] {
  if (region === undefined) return []
  const known = [...new Set([...account.readRegions, ...account.writeRegions])]
  const found = known.find((name) => sameRegion(name, region))
  if (found === region) return []
  if (found !== undefined)
    return [
      finding('note', subject, `its region "${region}" is spelled "${found}" by the account`, {
        means:
          'hopwatch and the JavaScript SDK compare regions without case and spaces; other SDKs and scripts may not',
      }),
    ]
  const near = known.length === 0 ? undefined : closest(region, known)
  const hint = near !== undefined && distance(region, near) <= mostTypos ? `; did you mean "${near}"?` : ''
  return [
    finding('problem', subject, `the account lacks its region "${region}"`, {
      means: 'the scenario cannot run; an application that prefers such a region is silently served by another one',
      remedy: `write one of ${known.join(', ') || 'the regions of the account'}, or add the region to the account${hint}`,
      confirm: [azure.regions],
    }),
  ]
}

function diagnoseLevel(
  { consistency }: HopDeclaration,
  subject: string,
  account: AccountLook | undefined,
  azure: AzureCommands,
): Diagnosis | undefined {
  if (account?.consistency !== undefined && !isWeakerOrEqual(consistency, account.consistency))
    return finding(
      'problem',
      subject,
      `it asks for ${consistency}, and the account's default is ${account.consistency}`,
      {
        means: 'a request may only ask for less than the default: each of its reads is refused with 400',
        remedy: `set "consistency" of the hop to ${account.consistency} or weaker, or strengthen the account's default`,
        confirm: [azure.consistency],
      },
    )
  if (consistency === 'ConsistentPrefix' || consistency === 'Eventual')
    return finding('warning', subject, `it reads at ${consistency}`, {
      means: 'the service heeds no session token at this level: nobody is promised to read their own writes here',
      remedy:
        'leave out "consistency" (Session is what hopwatch asks for by itself), unless this is what you want to see',
    })
  return undefined
}

function diagnoseClient({ client }: HopDeclaration, subject: string): Diagnosis | undefined {
  if (client !== 'per-operation') return undefined
  return finding('warning', subject, 'it makes a new client for each operation (client: per-operation)', {
    means:
      'a new client remembers no token: only what is carried to the hop protects its reads, and each operation asks for the account first',
    remedy: 'keep one client a process ("client: own"), unless this is what you want to see',
  })
}

function diagnoseRetries({ retries }: HopDeclaration, subject: string): Diagnosis | undefined {
  if (retries !== 'none') return undefined
  return finding('note', subject, 'each operation is exactly one request (retries: none)', {
    means:
      'endpoint discovery and retries are off: 404/1002 shows itself, instead of the SDK dropping the token and answering 200, and nothing fails over. It shows what the service does; an application should not be set so',
  })
}

function diagnoseElsewhere({ remote }: HopDeclaration, subject: string): Diagnosis | undefined {
  if (remote === undefined) return undefined
  return finding('unknown', subject, `it runs in another process, at ${new URL(remote).origin}, which was not asked`, {
    remedy: 'run hopwatch doctor where that hop runs',
  })
}

function diagnoseSlowness(
  { region }: HopDeclaration,
  subject: string,
  { latencies }: TargetLook,
  limitMs: number | undefined,
): Diagnosis | undefined {
  const here = latencies.find((latency) => region !== undefined && sameRegion(latency.region, region))
  if (limitMs === undefined || here?.p50Ms === undefined || here.p50Ms <= limitMs) return undefined
  return finding(
    'warning',
    subject,
    `half its reads take longer than ${milliseconds(here.p50Ms)} from here, and the objective allows ${milliseconds(limitMs)} (p95)`,
    {
      means: 'the objective will be reported as broken, because of the distance',
      remedy: 'run hopwatch, or a "hopwatch hop", near that region',
    },
  )
}
