/**
 * Keeps the page current: every two seconds it fetches the page anew and replaces the parts that changed, so that there is one
 * renderer, on the server, and scrolling, focus and text selections survive. Without script the page reloads itself.
 */
export const pageScript = `
(() => {
  const lost = document.getElementById('lost')
  const ids = (from) => [...from.querySelectorAll('[data-live]')].map((part) => part.id).join()
  const replace = (part, next) => {
    if (part.isEqualNode(next)) return
    const focused = part.contains(document.activeElement) ? document.activeElement.id : ''
    part.replaceWith(next)
    if (focused) document.getElementById(focused)?.focus()
  }
  const refresh = async () => {
    if (document.hidden || !getSelection().isCollapsed) return
    try {
      const response = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(5000) })
      if (!response.ok) throw new Error('status ' + response.status)
      const next = new DOMParser().parseFromString(await response.text(), 'text/html')
      document.title = next.title
      if (ids(document) !== ids(next)) replace(document.querySelector('main'), next.querySelector('main'))
      else for (const part of document.querySelectorAll('[data-live]')) replace(part, next.getElementById(part.id))
      lost.hidden = true
    } catch {
      lost.hidden = false
    }
  }
  const loop = () => setTimeout(() => refresh().then(loop), 2000)
  document.addEventListener('visibilitychange', refresh)
  loop()
})()
`
