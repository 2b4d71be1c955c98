import { placedSteps } from '../placed-steps.ts'
import { isMapping, nameForm, wrongNames } from '../shape.ts'
import { quote, suggestion } from '../words.ts'
import { atKey, atValue, type Complaint, type Draft, type Rule } from './rule.ts'

const hopsExist: Rule = ({ hops }) =>
  hops !== undefined && Object.keys(hops).length === 0
    ? [atValue(['hops'], 'there are no hops', 'name at least one service that takes part, for example "gateway: {}"')]
    : []

const namesFit: Rule = ({ hops }) =>
  wrongNames(hops).map((name) => atKey(['hops', name], `${quote(name)} is not a name`, `write ${nameForm}`))

/** Every name that a step or a client refers to must be a hop. */
const referencesResolve: Rule = ({ hops, journey }) => {
  if (hops === undefined) return []
  const names = Object.keys(hops)
  return references({ hops, journey })
    .filter(({ name }) => names.length > 0 && !names.includes(name))
    .map(({ name, path }) => atValue(path, `there is no hop ${quote(name)}`, suggestion(name, names)))
}

function references({ hops, journey }: Draft): { name: string; path: (string | number)[] }[] {
  const ofClients = Object.entries(hops ?? {}).flatMap(([hop, declared]) =>
    isMapping(declared?.client) ? [{ name: declared.client.shared, path: ['hops', hop, 'client', 'shared'] }] : [],
  )
  const ofSteps = placedSteps(journey).flatMap(({ step, path }) => {
    if ('at' in step) return [{ name: step.at, path: [...path, 'at'] }]
    if ('reconnect' in step) return [{ name: step.reconnect, path: [...path, 'reconnect'] }]
    if (!('carry' in step)) return []
    const to = { name: step.to, path: [...path, 'to'] }
    return step.from === undefined ? [to] : [{ name: step.from, path: [...path, 'from'] }, to]
  })
  return [...ofClients, ...ofSteps]
}

/** A shared client is one client: it has one region, one kind of retries, and somebody who owns it. */
const sharedClientsAreOwned: Rule = ({ hops = {} }) =>
  Object.entries(hops).flatMap(([hop, declared]) => {
    if (!isMapping(declared?.client)) return []
    const path = ['hops', hop, 'client', 'shared']
    const owner = declared.client.shared
    if (owner === hop)
      return [atValue(path, `${quote(hop)} shares its own client`, 'name another hop, or write "client: own"')]
    const owned = hops[owner]?.client
    if (isMapping(owned))
      return [atValue(path, `${quote(owner)} has no client of its own either`, `write ${quote(owned.shared)}`)]
    if (owned === 'per-operation')
      return [
        atValue(
          path,
          `${quote(owner)} makes a new client for each operation`,
          `write "client: per-operation" here too`,
        ),
      ]
    return differences(hop, owner, hops)
  })

function differences(hop: string, owner: string, hops: NonNullable<Draft['hops']>): Complaint[] {
  const mine = hops[hop]
  const theirs = hops[owner]
  if (!mine || theirs === undefined) return []
  return mine.region !== undefined && mine.region !== theirs?.region
    ? [
        atKey(
          ['hops', hop, 'region'],
          `${quote(hop)} uses the client of ${quote(owner)}, and a client has one region`,
          'leave the region out, or write "client: own"',
        ),
      ]
    : []
}

export const hopRules: readonly Rule[] = [hopsExist, namesFit, referencesResolve, sharedClientsAreOwned]
