import type { Json, Reply } from '../operation.ts'
import { isObject } from './body.ts'
import { notImplemented, refusal } from './errors.ts'
import { parseQueryText } from './parse-query.ts'
import type { WireRequest } from './request.ts'

/** The one query over offers that the SDK makes: `SELECT * from root where root.resource = "<_self>"`. */
const byResource = /^\s*select\s+\*\s+from\s+root\s+where\s+root\.resource\s*=\s*"([^"]*)"\s*$/i

export function narrowToResource(reply: Reply, request: WireRequest): Reply {
  const wanted = byResource.exec(parseQueryText(request.body).query)?.[1]
  if (wanted === undefined) return notImplemented('queries over offers other than by resource')
  const offers = offersOf(reply).filter((offer) => isObject(offer) && trim(offer.resource) === trim(wanted))
  return { ...reply, body: { _rid: '', Offers: offers, _count: offers.length }, itemCount: offers.length }
}

/** `GET /offers/{id}`. Ids are compared without case: the SDK signs and sends them in lower case at times. */
export function narrowToOffer(reply: Reply, request: WireRequest): Reply {
  const id = request.path.names[0]!.toLowerCase()
  const offer = offersOf(reply).find((offer) => isObject(offer) && textOf(offer.id).toLowerCase() === id)
  return offer === undefined
    ? refusal(404, 'There is no offer with that id.')
    : { ...reply, body: offer, itemCount: undefined }
}

function offersOf(reply: Reply): readonly Json[] {
  const offers = isObject(reply.body) ? reply.body.Offers : undefined
  return Array.isArray(offers) ? offers : []
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const trim = (link: Json | undefined): string => textOf(link).replaceAll(/^\/+|\/+$/g, '')
