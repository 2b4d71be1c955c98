import { requestCarriers } from '../../domain/scenario.ts'
import { placedSteps } from '../placed-steps.ts'
import { isMapping } from '../shape.ts'
import { alternatives, quote } from '../words.ts'
import { atKey, atValue, type Draft, type Rule } from './rule.ts'

const isRemote = (hops: Draft['hops'], name: string | undefined): boolean =>
  name !== undefined && hops?.[name]?.url !== undefined

/** A client lives in one process. */
const clientsStayAtHome: Rule = ({ hops = {} }) =>
  Object.entries(hops).flatMap(([name, hop]) => {
    if (!isMapping(hop?.client)) return []
    const { shared } = hop.client
    const elsewhere = [name, shared].find((each) => isRemote(hops, each))
    return elsewhere === undefined
      ? []
      : [
          atValue(
            ['hops', name, 'client', 'shared'],
            `${quote(elsewhere)} runs in another process, and a client cannot be shared with it`,
            'write "client: own"',
          ),
        ]
  })

/** Between processes a token travels in a request or in its answer; queues, stores and devices of ours reach this process only. */
const carriersReach: Rule = ({ hops, journey }) =>
  placedSteps(journey).flatMap(({ step, path, sender }) => {
    if (!('carry' in step) || step.carry === 'none') return []
    if ((requestCarriers as readonly string[]).includes(step.carry)) return []
    const far = [step.to, sender].find((each) => isRemote(hops, each))
    return far === undefined
      ? []
      : [
          atValue(
            [...path, 'carry'],
            `${quote(far)} runs in another process, where the carrier ${quote(step.carry)} does not reach`,
            `write ${alternatives([...requestCarriers, 'none'])}`,
          ),
        ]
  })

/** What a new client would be for a service of which nothing is known. */
const endpointsHaveNoClients: Rule = ({ hops, journey }) =>
  placedSteps(journey).flatMap(({ step, path }) =>
    'reconnect' in step && hops?.[step.reconnect]?.endpoint !== undefined
      ? [
          atKey(
            [...path, 'reconnect'],
            `${quote(step.reconnect)} is a service of yours, and its clients are its own`,
            'leave the step out: each run is a new user anyway',
          ),
        ]
      : [],
  )

export const remoteRules: readonly Rule[] = [clientsStayAtHome, carriersReach, endpointsHaveNoClients]
