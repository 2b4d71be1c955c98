/** Each pattern with what takes its place. Only messages of errors pass through here, never the hot path. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(Account(?:Endpoint|Key)|Shared\w*Key)\s*=\s*[^;\s"']+/gi, '$1=[redacted]'],
  [/\b(type=\w+&ver=[\d.]+&sig=)[^\s"'&,}]+/gi, '$1[redacted]'],
  [/(type%3d\w+%26ver%3d[\d.]+%26sig%3d)[^\s"'&,}]+/gi, '$1[redacted]'],
  [/\b(sig|signature|code|client_secret|access_token|password)=[^\s"'&,;}]+/gi, '$1=[redacted]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [/("?\b(?:authorization|x-ms-session-token|api-key|cookie|set-cookie)"?\s*[:=]\s*)"?[^"\n]+"?/gi, '$1[redacted]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  // Session tokens, with or without their range: `0:1#100#1=20`, `1#100#1=20`, `0:-1#9`.
  [/(?:\b[\w-]+:)?-?\d+#-?\d+(?:#-?\d+=-?\d+)*/g, '[session token]'],
  [/\b\d+:-?\d+(?:,\d+:-?\d+)+\b/g, '[session token]'],
  // A key: base64 of 32 bytes or more, padded as 32 and 64 bytes are. Without the padding it would be any long path.
  [/[A-Za-z0-9+/]{42,}={1,2}/g, '[redacted]'],
]

const lengthMax = 300

/** A message of somebody else's, fit for a log: no token, key, header or connection string, on one line, of bounded length. */
export function redact(message: string): string {
  let text = message.slice(0, 4 * lengthMax).replaceAll(/\s*[\r\n]+\s*/g, ' ')
  for (const [pattern, replacement] of patterns) text = text.replaceAll(pattern, replacement)
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text
}
