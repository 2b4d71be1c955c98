import type { AddressInfo } from 'node:net'
import { CosmosClient } from '@azure/cosmos'
import type { Mistake } from './mistakes.ts'
import { createPortal } from './portal.ts'

// One node of the portal, as its own process. Prints its port.
const { COSMOS_ENDPOINT = '', COSMOS_KEY = '', REGION = '', MISTAKE } = process.env

const openContainer = () =>
  new CosmosClient({
    endpoint: COSMOS_ENDPOINT,
    key: COSMOS_KEY,
    // Without it the SDK sends no session tokens of its own memory, even where the account's default is Session.
    consistencyLevel: 'Session',
    connectionPolicy: { preferredLocations: [REGION] },
  })
    .database('portal')
    .container('enrolments')

const server = createPortal(openContainer, MISTAKE as Mistake | undefined)
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
