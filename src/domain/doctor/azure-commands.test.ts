import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { azureCommands } from './azure-commands.ts'

const place = { database: 'travel', container: "o'brien's $(things)" }

/** What a shell makes of a command: the arguments, one a line. */
const argumentsOf = (command: string): string[] =>
  execFileSync('sh', ['-c', `az() { for each in "$@"; do printf '%s\\n' "$each"; done; }; ${command}`], {
    env: { PATH: process.env.PATH, RESOURCE_GROUP: 'my group', ACCOUNT: 'my-account' },
    encoding: 'utf8',
  })
    .trimEnd()
    .split('\n')

describe('commands of the Azure CLI', () => {
  const azure = azureCommands(new URL('https://shop.documents.azure.com:443/'))

  test('name the account of the endpoint, and the resource group by a variable', () => {
    expect(azure.consistency).toBe(
      'az cosmosdb show --name shop --resource-group "$RESOURCE_GROUP" --query consistencyPolicy',
    )
    expect(azureCommands(new URL('http://127.0.0.1:8081/')).consistency).toContain('--name "$ACCOUNT"')
  })

  test('reach az as they are meant, whatever a container is called', () => {
    const told = argumentsOf(azure.throughput({ database: 'travel', container: 'a b' }))
    expect(told.slice(0, 5).join(' ')).toBe('cosmosdb sql container throughput show')
    expect(told.slice(5, 13).join('|')).toBe(
      '--account-name|shop|--resource-group|my group|--database-name|travel|--name|a b',
    )
    expect(argumentsOf(azure.container(place))).toContain(place.container)
  })

  test('a hierarchical key is made in PowerShell', () => {
    const [database, container] = azure.makeContainer(place, ['/tenant', '/user'])
    expect(database).toMatch(/^az cosmosdb sql database create .* --name travel$/)
    expect(container).toMatch(/^New-AzCosmosDBSqlContainer .*-PartitionKeyPath \/tenant,\/user /)
    expect(container).toContain("-Name 'o''brien''s $(things)'")
  })

  test('list no keys', () => {
    const all = [
      ...Object.values(azure).filter((each) => typeof each === 'string'),
      azure.container(place),
      azure.throughput(place),
    ]
    expect(all.filter((command) => /keys|connection-string/.test(command.replace('keysOff', '')))).toEqual([])
  })
})
