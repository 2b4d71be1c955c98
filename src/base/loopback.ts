/** Whether only this machine can reach the address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(host)

/**
 * Whether a listener on loopback was asked for by a name that only this machine has; `host` is the `Host` header. A web page of anywhere
 * can have its own name lead to 127.0.0.1 (DNS rebinding) and read what answers there, and a proxy on this machine asks for others: either
 * sends another name. Without the header it is no browser.
 */
export function namesLoopback(host: string | undefined): boolean {
  if (host === undefined) return true
  const name = host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  return isLoopback(name) || name.endsWith('.localhost')
}
