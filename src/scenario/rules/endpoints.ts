import { placedSteps } from '../placed-steps.ts'
import type { StepFile } from '../schema.ts'
import { quote } from '../words.ts'
import { atKey, atValue, type Complaint, type Draft, type Rule } from './rule.ts'

type RequestFile = Extract<StepFile, { request: unknown }>

const isRequest = (step: StepFile): step is RequestFile => 'request' in step

const isEndpoint = (hops: Draft['hops'], name: string): boolean => hops?.[name]?.endpoint !== undefined

/** What a hop that is wrong in itself would have been nobody knows: of such a one every key is there, the endpoint undefined. */
const isKnown = (hops: Draft['hops'], name: string): boolean => {
  const hop = hops?.[name]
  return hop === null || (hop !== undefined && !('endpoint' in hop && hop.endpoint === undefined))
}

/** Operations go to Cosmos DB, requests to a service: a hop takes one or the other. */
const stepsFitTheirHops: Rule = ({ hops, journey }) =>
  placedSteps(journey).flatMap(({ step, path }): Complaint[] => {
    if (!('at' in step) || !isKnown(hops, step.at)) return []
    if (isRequest(step) === isEndpoint(hops, step.at)) return []
    return isRequest(step)
      ? [
          atValue(
            [...path, 'at'],
            `${quote(step.at)} is no endpoint, so there is nothing to send this request to`,
            'give the hop "endpoint:", or write a read or a write of Cosmos DB',
          ),
        ]
      : [
          atValue(
            [...path, 'at'],
            `${quote(step.at)} is a service of yours: it takes requests only`,
            'write "request:" with "does: write" or "does: read", or name another hop',
          ),
        ]
  })

/** The two write different documents, so neither could be judged by the other. */
const oneWorld: Rule = ({ hops, journey }) => {
  const steps = placedSteps(journey)
  const first = steps.find(({ step }) => isRequest(step))
  const isMixed = steps.some(({ step }) => 'at' in step && isKnown(hops, step.at) && !isEndpoint(hops, step.at))
  return first !== undefined && isMixed
    ? [
        atKey(
          [...first.path, 'request'],
          'a journey goes through services of yours or through Cosmos DB itself, not through both',
          'make two scenarios of it',
        ),
      ]
    : []
}

/** Keys of a hop that say how it uses Cosmos DB mean nothing at a service of which nothing is known. */
const endpointsStandAlone: Rule = ({ hops = {} }) =>
  Object.entries(hops).flatMap(([name, hop]) => {
    if (hop?.endpoint === undefined) return []
    const strange = (['url', 'region', 'client', 'retries', 'consistency'] as const).filter(
      (key) => hop[key] !== undefined && hop[key] !== usual[key],
    )
    return strange.map((key) =>
      atKey(
        ['hops', name, key],
        `${quote(key)} means nothing at an endpoint, which is a service of yours`,
        'leave it out',
      ),
    )
  })

const usual: Readonly<Record<string, unknown>> = { client: 'own', retries: 'sdk', consistency: 'Session' }

const requestsAreWhole: Rule = ({ journey }) =>
  placedSteps(journey).flatMap(({ step, path }): Complaint[] => {
    if (!isRequest(step)) return []
    const { does, version, missing, request } = step
    const complaints: Complaint[] = []
    if (does === 'read' && version === undefined)
      complaints.push(
        atKey(
          [...path, 'does'],
          'nothing says where the answer shows the version',
          'add for example "version: { pointer: /version }"',
        ),
      )
    for (const [key, value] of Object.entries({ version, missing }))
      if (does === 'write' && value !== undefined)
        complaints.push(
          atKey([...path, key], `${quote(key)} is a matter of reads`, 'leave it out, or write "does: read"'),
        )
    if (request.method === 'GET' && request.body !== undefined)
      complaints.push(atKey([...path, 'request', 'body'], 'a GET has no body', 'leave it out, or write another method'))
    if (does === 'write' && request.method === 'GET')
      complaints.push(
        atKey(
          [...path, 'request'],
          'a GET writes nothing',
          'write "method: PUT", POST, PATCH or DELETE, or "does: read"',
        ),
      )
    if (does === 'write' && request.method !== 'DELETE' && !JSON.stringify(request).includes('${run.version}'))
      complaints.push(
        atKey(
          [...path, 'request'],
          'this write says nothing that a read could find again',
          'put "${run.version}" into its body, url or headers',
        ),
      )
    return complaints
  })

/** An arm that withholds what carries bring changes nothing where nothing is carried. */
const armsHaveCarries: Rule = ({ arms, journey }) => {
  const steps = placedSteps(journey)
  const hasRequests = steps.some(({ step }) => isRequest(step))
  if (!hasRequests || steps.some(({ step }) => 'carry' in step)) return []
  return Object.keys(arms ?? {})
    .filter((arm) => arm !== 'propagated' && arms?.[arm as keyof typeof arms] !== undefined)
    .map((arm) =>
      atKey(
        ['arms', arm],
        `the arm ${quote(arm)} changes what carries bring, and this journey carries nothing`,
        'leave it out: the service keeps the token to itself',
      ),
    )
}

export const endpointRules: readonly Rule[] = [
  stepsFitTheirHops,
  oneWorld,
  endpointsStandAlone,
  requestsAreWhole,
  armsHaveCarries,
]
