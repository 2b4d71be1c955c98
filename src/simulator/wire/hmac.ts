import { hash, timingSafeEqual } from 'node:crypto'

/** Whether `offered` is the base64 of HMAC-SHA256 over `text` (UTF-8). Takes the same time whatever differs. */
export type VerifyHmac = (text: string, offered: string) => boolean

const blockBytes = 64
const digestBytes = 32
/** Base64 of 32 bytes: the length of every honest signature, and no secret. */
const signatureLength = 44
/** Node admits 16 KB of headers; in UTF-8 their Latin-1 may take twice that. */
const textBytesMax = 64 * 1024

/**
 * HMAC (RFC 2104) as two one-shot hashes over buffers made once. `createHmac` builds a stream object and a native handle for
 * every request, which cost as much as the rest of the answer to a point read.
 */
export function hmacVerifier(key: Uint8Array): VerifyHmac {
  const inner = Buffer.alloc(blockBytes + textBytesMax)
  const outer = Buffer.alloc(blockBytes + digestBytes)
  const block = key.length > blockBytes ? hash('sha256', key, 'buffer') : key
  for (let i = 0; i < blockBytes; i++) {
    const byte = block[i] ?? 0
    inner[i] = byte ^ 0x36
    outer[i] = byte ^ 0x5c
  }
  const expected = Buffer.alloc(signatureLength)
  const received = Buffer.alloc(signatureLength)
  return (text, offered) => {
    if (offered.length !== signatureLength || text.length * 3 > textBytesMax) return false
    const end = blockBytes + inner.write(text, blockBytes, 'utf8')
    outer.write(hash('sha256', inner.subarray(0, end), 'binary'), blockBytes, 'latin1')
    expected.write(hash('sha256', outer, 'base64'), 'latin1')
    received.write(offered, 'latin1')
    return timingSafeEqual(expected, received)
  }
}
