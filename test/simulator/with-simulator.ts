import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos'
import { onTestFinished } from 'vitest'
import { type Simulator, type StartOptions, startSimulator } from '../../src/simulator/start.ts'

/** A simulator that closes when the test ends. A defect of the simulator fails the test that met it. */
export async function openSimulator(options: StartOptions = {}): Promise<Simulator> {
  const defects: unknown[] = []
  const simulator = await startSimulator({ seed: 'test', ...options }, { onDefect: (error) => defects.push(error) })
  onTestFinished(async () => {
    await simulator.close()
    if (defects.length > 0) throw new Error('the simulator met a defect', { cause: defects[0] })
  })
  return simulator
}

/** The real SDK on the account's endpoint. `consistencyLevel` is explicit: without it the SDK sends no session tokens. */
export function clientOf(
  simulator: { endpoint: string; key: string },
  options: Partial<CosmosClientOptions> = {},
): CosmosClient {
  const client = new CosmosClient({
    endpoint: simulator.endpoint,
    key: simulator.key,
    consistencyLevel: 'Session',
    ...options,
  })
  onTestFinished(() => client.dispose())
  return client
}

/** The SDK on one region's endpoint, making exactly one HTTP call an operation and hiding nothing (sdk-facts, section 0). */
export function monitorOf(
  simulator: Simulator,
  region: string,
  options: Partial<CosmosClientOptions> = {},
): CosmosClient {
  return clientOf(
    { endpoint: simulator.regionalEndpoints[region]!, key: simulator.key },
    { connectionPolicy: { enableEndpointDiscovery: false, retryOptions: { maxRetryAttemptCount: 0 } }, ...options },
  )
}
