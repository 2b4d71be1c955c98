/**
 * What the image's HEALTHCHECK runs, for it has neither shell nor curl: exits with 0 when the process in this container
 * answers `/healthz` at the port of HOPWATCH_LISTEN.
 */
const [, port] = /:(\d+)$/.exec(process.env.HOPWATCH_LISTEN ?? '') ?? []
try {
  const { ok } = await fetch(`http://127.0.0.1:${port ?? 9464}/healthz`, { signal: AbortSignal.timeout(4_000) })
  process.exitCode = ok ? 0 : 1
} catch {
  process.exitCode = 1
}
