/**
 * Sharing a user's session token between application nodes.
 *
 * A session token is `range:progress` pairs, joined by commas: one pair for each partition key range that the user has touched.
 * Each answer of Cosmos DB brings the pair of the range that it came from. The user's token is the newest pair of every range.
 */

/** What the user knew, brought up to date by what an answer brought. */
export function mergeTokens(held: string | undefined, answered: string | undefined): string | undefined {
  if (!held || !answered) return answered || held
  const progress = new Map(held.split(',').map(toPair))
  for (const [range, token] of answered.split(',').map(toPair)) {
    const known = progress.get(range)
    progress.set(range, known === undefined ? token : newer(known, token))
  }
  return [...progress].map(([range, token]) => `${range}:${token}`).join(',')
}

function toPair(text: string): [range: string, token: string] {
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1)]
}

/**
 * `version#globalLSN#region=localLSN…`. A higher version stands alone: after a failover its LSNs may be lower than the old ones.
 * Under one version the higher global LSN wins; an account with several write regions counts each region for itself.
 */
function newer(left: string, right: string): string {
  if (left === right) return left
  const [leftVersion = '', leftLsn = '', ...leftRegions] = left.split('#')
  const [rightVersion = '', rightLsn = '', ...rightRegions] = right.split('#')
  if (leftVersion !== rightVersion) return BigInt(leftVersion) > BigInt(rightVersion) ? left : right
  const regions = new Map<string, bigint>()
  for (const each of [...leftRegions, ...rightRegions]) {
    const [region = '', lsn = '0'] = each.split('=')
    regions.set(region, larger(regions.get(region) ?? BigInt(lsn), BigInt(lsn)))
  }
  const locals = [...regions].map(([region, lsn]) => `#${region}=${lsn}`).join('')
  return `${leftVersion}#${larger(BigInt(leftLsn), BigInt(rightLsn))}${locals}`
}

const larger = (left: bigint, right: bigint) => (left > right ? left : right)

const tokenPattern = /^[\w-]+:[\d#=-]+(,[\w-]+:[\d#=-]+)*$/

/** The token that the user's browser brought along. Whatever else stands there, a user may have typed. */
export function tokenFromCookie(header: string | undefined): string | undefined {
  const found = (header ?? '').split('; ').find((each) => each.startsWith('cosmos-session='))
  const token = found?.slice('cosmos-session='.length).replaceAll(/%(3A|2C|23|3D)/gi, decodeURIComponent)
  return token !== undefined && tokenPattern.test(token) ? token : undefined
}

/** Escaped, because a comma may not stand in a cookie. Add `Secure` wherever the portal speaks https. */
export const cookieWithToken = (token: string): string =>
  `cosmos-session=${encodeURIComponent(token)}; Path=/; HttpOnly; SameSite=Lax`
