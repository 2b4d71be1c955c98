import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One alert as Alertmanager posts it. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export interface Notification {
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
}

export interface Webhook {
  readonly url: string
  /** In the order of their arrival. */
  readonly received: readonly (Notification & { readonly receiver: string; readonly atMs: number })[]
  close(): Promise<void>
}

/** Takes Alertmanager's notifications, as a pager would. */
export async function startWebhook(): Promise<Webhook> {
  const received: Webhook['received'][number][] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const { receiver, alerts } = JSON.parse(body) as { receiver: string; alerts: readonly Notification[] }
      const atMs = performance.now()
      received.push(...alerts.map((alert) => ({ ...alert, receiver, atMs })))
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
