import type { AzureCommands } from './azure-commands.ts'
import { leastOffMs, printOffset } from './clock-offset.ts'
import { type Diagnosis, finding } from './diagnosis.ts'
import type { AccountLook, TargetLook } from './look.ts'

/** Azure refuses a request whose date is further off. */
const clockRefusedMs = 15 * 60_000
const clockWorthFixingMs = 60_000

export function diagnoseAccount(look: TargetLook, azure: AzureCommands): Diagnosis[] {
  const clock = diagnoseClock(look)
  if (look.unreached) {
    const { kind, message, remedy } = look.unreached
    const confirm = kind === 'refused' ? [azure.firewall, azure.roles] : kind === 'unreachable' ? [azure.firewall] : []
    return [finding('problem', 'account', message, { remedy, confirm }), ...clock]
  }
  if (look.account === undefined) return clock
  return [
    diagnoseConsistency(look.account, azure),
    ...diagnoseRegions(look.account, azure),
    ...clock,
    diagnoseSession(look),
    ...diagnoseLatency(look),
  ]
}

function diagnoseConsistency({ consistency }: AccountLook, azure: AzureCommands): Diagnosis {
  const confirm = [azure.consistency]
  switch (consistency) {
    case 'Session':
      return finding('ok', 'account', 'the default consistency is Session', {
        means:
          'an application must ask for it all the same: @azure/cosmos sends session tokens only where "consistencyLevel" is set at the client or the request; hopwatch sets it at every hop',
        confirm,
      })
    case 'Strong':
    case 'BoundedStaleness':
      return finding('note', 'account', `the default consistency is ${consistency}, stronger than Session`, {
        means:
          'hopwatch asks for Session at each hop unless the scenario says otherwise; an application that does not reads at twice the request units, and its tokens are not what it relies on',
        confirm,
      })
    case 'ConsistentPrefix':
    case 'Eventual':
      return finding('problem', 'account', `the default consistency is ${consistency}, weaker than Session`, {
        means:
          'a request may only ask for less than the default: reads at Session are refused with 400, others promise nobody their own writes',
        remedy: 'set the default to Session: az cosmosdb update … --default-consistency-level Session',
        confirm,
      })
    case undefined:
      return finding('unknown', 'account', 'it names no default consistency that is known', { confirm })
  }
}

function diagnoseRegions(account: AccountLook, azure: AzureCommands): Diagnosis[] {
  const { writeRegions, readRegions, multipleWriteLocations } = account
  const confirm = [azure.regions]
  const list = `writes go to ${writeRegions.join(', ') || '(none named)'}; reads to ${readRegions.join(', ') || '(none named)'}`
  if (multipleWriteLocations)
    return [
      finding('note', 'account', `${list}; every region takes writes`, {
        means:
          'two hops may write the same document in different regions at a time; the container decides which of them stays, and a token of the one does not bring the other',
        remedy: 'let the writes of one workflow go to one region',
        confirm,
      }),
    ]
  if (readRegions.length < 2)
    return [
      finding('note', 'account', list, {
        means:
          'with one region a stale read without its token is rare: it happens between the replicas within the region, and the arm "control" will seldom show any',
        confirm,
      }),
    ]
  return [finding('ok', 'account', list, { confirm })]
}

function diagnoseClock({ clock }: TargetLook): Diagnosis[] {
  if (clock === undefined) return [finding('unknown', 'clock', 'no answer told the time')]
  const off = leastOffMs(clock)
  const found = printOffset(clock)
  if (off < clockWorthFixingMs) return [finding('ok', 'clock', found)]
  const remedy = 'set the clock of this machine (chronyc tracking, timedatectl status)'
  if (off < clockRefusedMs)
    return [
      finding('warning', 'clock', found, {
        means: 'beyond 15 minutes every request is refused with 401, as if the key were wrong',
        remedy,
      }),
    ]
  return [
    finding('problem', 'clock', found, {
      means:
        'requests are signed with the time: Azure refuses those more than 15 minutes off with 401, as if the key were wrong',
      remedy,
    }),
  ]
}

function diagnoseSession({ session }: TargetLook): Diagnosis {
  switch (session.state) {
    case 'enforced':
      return finding(
        'ok',
        'session tokens',
        'they are issued, and enforced: one that nothing satisfies was refused (404/1002)',
      )
    case 'ignored':
      return finding(
        'problem',
        'session tokens',
        'they are issued and not enforced: one that nothing satisfies was answered',
        {
          means: 'no token protects anybody here; some emulators behave so',
          remedy: 'test against "hopwatch simulate" or an account of Azure',
        },
      )
    case 'not-issued':
      return finding('problem', 'session tokens', 'answers carry none', {
        means:
          'there is no session to continue: stale reads can be judged, the loss of tokens cannot; some emulators behave so',
        remedy: 'test against "hopwatch simulate" or an account of Azure',
      })
    case 'unknown':
      return finding('unknown', 'session tokens', session.reason)
  }
}

const diagnoseLatency = ({ latencies }: TargetLook): Diagnosis[] =>
  latencies.map(({ region, reads, p50Ms, problem }) =>
    p50Ms === undefined
      ? finding('warning', `region ${region}`, `none of ${reads} reads was answered: ${problem ?? 'no answer'}`, {
          remedy: 'check the way from here to that region: private endpoints, name resolution, firewall',
        })
      : finding('ok', `region ${region}`, `a read takes ${milliseconds(p50Ms)} from here (median of ${reads})`),
  )

export const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
