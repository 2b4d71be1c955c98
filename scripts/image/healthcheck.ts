/**
 * What the image's HEALTHCHECK runs, for it has neither shell nor curl: exits with 0 when the process in this container
 * answers `/healthz` at the port of HOPWATCH_LISTEN.
 */
import { Agent, get } from 'node:http'

const [, port] = /:(\d+)$/.exec(process.env.HOPWATCH_LISTEN ?? '') ?? []
// An agent of its own: Node's would ask a proxy, where NODE_USE_ENV_PROXY says so.
const options = { host: '127.0.0.1', port: port ?? 9464, path: '/healthz', agent: new Agent() }
get({ ...options, signal: AbortSignal.timeout(4_000) }, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
).on('error', () => process.exit(1))
