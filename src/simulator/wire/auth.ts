import { signedText } from '../../protocol/signed-text.ts'
import type { Reply } from '../operation.ts'
import { notImplemented, refusal } from './errors.ts'
import { hmacVerifier } from './hmac.ts'

/** Checks one request; undefined means that it may pass. */
export type Authorize = (request: SignedRequest) => Reply | undefined

export interface SignedRequest {
  readonly method: string
  readonly resourceType: string
  /** Decoded; a feed call signs its parent. */
  readonly signedLink: string
  readonly authorization: string | undefined
  readonly date: string | undefined
}

const masterPrefix = 'type%3dmaster%26ver%3d1.0%26sig%3d'

/**
 * The account key's check: HMAC-SHA256 over verb, resource type, link and x-ms-date, compared in constant time
 * (https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources).
 * Azure also refuses a date more than 15 minutes off; this does not, so that a moved clock stays usable.
 */
export function authorizeWith(key: string): Authorize {
  const verify = hmacVerifier(Buffer.from(key, 'base64'))
  return (request) => {
    const { authorization, date } = request
    if (authorization === undefined) return refusal(401, "Required Header 'authorization' is missing.")
    const offered = readSignature(authorization)
    if (typeof offered !== 'string') return offered
    if (date === undefined) return refusal(401, "Required Header 'x-ms-date' is missing.")
    const payload = payloadOf(request, request.signedLink, date)
    if (verify(payload, offered)) return undefined
    if (request.resourceType === 'offers') {
      // An offer goes by its resource id, and such links are signed as the bare id in lower case.
      const id = request.signedLink.slice(request.signedLink.lastIndexOf('/') + 1).toLowerCase()
      if (verify(payloadOf(request, id, date), offered)) return undefined
    }
    return wrongKey(payload)
  }
}

const payloadOf = ({ method, resourceType }: SignedRequest, link: string, date: string): string =>
  signedText(method, resourceType, link, date)

function readSignature(authorization: string): string | Reply {
  const isEncodedMaster = authorization.slice(0, masterPrefix.length).toLowerCase() === masterPrefix
  const text = isEncodedMaster ? authorization.slice(masterPrefix.length) : authorization
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    return refusal(401, 'The authorization header is not valid URL encoding.')
  }
  if (isEncodedMaster) return decoded
  const fields = new URLSearchParams(decoded.replaceAll('+', '%2B'))
  const type = fields.get('type')
  if (type === 'aad') return notImplemented('Microsoft Entra tokens')
  if (type === 'resource') return notImplemented('resource tokens')
  const signature = fields.get('sig')
  if (type !== 'master' || signature === null) {
    return refusal(401, "The authorization header is not of the form 'type=master&ver=1.0&sig=…'.")
  }
  return signature
}

/** As Azure does, names what was signed: it holds nothing secret and shows a wrongly built link at once. */
const wrongKey = (payload: string): Reply =>
  refusal(
    401,
    "The input authorization token can't serve the request. The wrong key is being used or the expected payload is " +
      `not built as per the protocol. Server used the following payload to sign: '${payload.replaceAll('\n', '\\n')}'`,
  )
