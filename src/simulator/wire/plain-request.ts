import { remember } from '../../protocol/remember.ts'

/** A request in the plainest form that HTTP/1.1 knows, whole. */
export interface PlainRequest {
  readonly method: string
  readonly target: string
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty where there is none. */
  readonly body: string
}

/** Below Node's own limit of 16 KB, so that Node says what is too large. */
const headBytesMax = 8 * 1024
const withBody = new Set(['POST', 'PUT', 'PATCH'])
const withoutBody = new Set(['GET', 'DELETE'])
/** They change how a message is to be read, or what is to be answered. */
const notPlain = new Set(['transfer-encoding', 'expect', 'upgrade', 'trailer', 'te', 'proxy-connection'])
const plainTarget = /^\/[!-~]*$/
const digits = /^\d{1,7}$/
const unusual = /[^\t -~\x80-\xff]/

/** The name in lower case; undefined for what is none. Clients spell few names, again and again. */
const nameOf = remember((spelt) => (/^[\w!#$%&'*+\-.^`|~]+$/.test(spelt) ? spelt.toLowerCase() : undefined), {
  entries: 256,
  longestText: 64,
})

/**
 * Reads `bytes` as exactly one request. Undefined for everything that is not plain, valid and complete at first sight: for
 * that there is Node's own parser, which knows all of HTTP. What is read here Node would read the same.
 */
export function readPlainRequest(bytes: Buffer): PlainRequest | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0 || headEnd > headBytesMax) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  let lineEnd = head.indexOf('\r\n')
  const line = lineEnd < 0 ? head : head.slice(0, lineEnd)
  const methodEnd = line.indexOf(' ')
  if (!line.endsWith(' HTTP/1.1')) return undefined
  const method = line.slice(0, methodEnd)
  const target = line.slice(methodEnd + 1, -9)
  if (!plainTarget.test(target)) return undefined

  const headers: Record<string, string> = {}
  while (lineEnd >= 0) {
    const start = lineEnd + 2
    lineEnd = head.indexOf('\r\n', start)
    const end = lineEnd < 0 ? head.length : lineEnd
    const colon = head.indexOf(':', start)
    if (colon < 0 || colon > end) return undefined
    const name = nameOf(head.slice(start, colon))
    const value = trimmed(head, colon + 1, end)
    if (name === undefined || name in headers || notPlain.has(name) || unusual.test(value)) return undefined
    headers[name] = value
  }
  const { host, connection = 'keep-alive', 'content-length': length } = headers
  if (host === undefined || connection.toLowerCase() !== 'keep-alive') return undefined

  const bodyStart = headEnd + 4
  if (withoutBody.has(method)) {
    return length === undefined && bytes.length === bodyStart ? { method, target, headers, body: '' } : undefined
  }
  if (!withBody.has(method) || length === undefined || !digits.test(length)) return undefined
  if (bytes.length !== bodyStart + Number(length)) return undefined
  return { method, target, headers, body: bytes.toString('utf8', bodyStart) }
}

/** Without spaces and tabs at either end. */
function trimmed(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09
