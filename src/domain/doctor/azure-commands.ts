interface Place {
  readonly database: string
  readonly container: string
}

/** What an administrator would type into the Azure CLI, in a POSIX shell. It shows settings and metrics, and lists no keys. */
export interface AzureCommands {
  readonly consistency: string
  readonly regions: string
  readonly firewall: string
  readonly roles: string
  /** Finds the resource group, which the data plane does not tell. */
  readonly resourceGroup: string
  /** Requests a minute by status: 429 is throttling, 404 may be 404/1002. */
  readonly requests: string
  container(place: Place): string
  throughput(place: Place): string
  /** Makes its database and it, with time to live on. */
  makeContainer(place: Place, partitionKey: readonly string[]): string[]
}

export function azureCommands(endpoint: URL): AzureCommands {
  const name = accountName(endpoint)
  const account = name === unknownAccount ? `"${name}"` : quote(name)
  const group = '--resource-group "$RESOURCE_GROUP"'
  const show = (query: string) => `az cosmosdb show --name ${account} ${group} --query ${quote(query)}`
  const inAccount = `--account-name ${account} ${group}`
  const of = ({ database, container }: Place) =>
    `${inAccount} --database-name ${quote(database)} --name ${quote(container)}`
  return {
    consistency: show('consistencyPolicy'),
    regions: show(
      '{write: writeLocations[].locationName, read: readLocations[].locationName, multipleWrites: enableMultipleWriteLocations, failover: enableAutomaticFailover}',
    ),
    firewall: show(
      '{public: publicNetworkAccess, ips: ipRules, networks: virtualNetworkRules, keysOff: disableLocalAuth}',
    ),
    roles: `az cosmosdb sql role assignment list ${inAccount} --output table`,
    resourceGroup: `export RESOURCE_GROUP="$(az cosmosdb list --query "[?name=='${name}'].resourceGroup" --output tsv)"`,
    requests: `az monitor metrics list --resource "$(az cosmosdb show --name ${account} ${group} --query id --output tsv)" --metric TotalRequests --interval PT1M --filter "StatusCode eq '*'"`,
    container: (place) =>
      `az cosmosdb sql container show ${of(place)} --query ${quote('resource.{partitionKey: partitionKey, ttl: defaultTtl, conflicts: conflictResolutionPolicy}')}`,
    throughput: (place) =>
      `az cosmosdb sql container throughput show ${of(place)} --query ${quote('resource.{manual: throughput, autoscale: autoscaleSettings.maxThroughput}')}`,
    makeContainer: ({ database, container }, partitionKey) => {
      const makeDatabase = `az cosmosdb sql database create ${inAccount} --name ${quote(database)}`
      const [path] = partitionKey
      if (partitionKey.length === 1 && path !== undefined)
        return [
          makeDatabase,
          `az cosmosdb sql container create ${of({ database, container })} --partition-key-path ${quote(path)} --ttl -1`,
        ]
      return [makeDatabase, inPowerShell(name, { database, container }, partitionKey)]
    },
  }
}

const unknownAccount = '$ACCOUNT'

/** The account's name is the first label of its host; of another host nobody knows, and the shell is asked. */
const accountName = ({ hostname }: URL): string =>
  /\.documents\.azure\.(?:com|cn|us)$/.test(hostname) ? hostname.slice(0, hostname.indexOf('.')) : unknownAccount

/** For a POSIX shell. */
const quote = (text: string): string => (/^[\w/.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** The Azure CLI makes no hierarchical partition keys; PowerShell does. */
function inPowerShell(account: string, { database, container }: Place, partitionKey: readonly string[]): string {
  const plain = (text: string) => (/^[\w/.-]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`)
  return `New-AzCosmosDBSqlContainer -AccountName ${account} -ResourceGroupName $RESOURCE_GROUP -DatabaseName ${plain(database)} -Name ${plain(container)} -PartitionKeyKind MultiHash -PartitionKeyVersion 2 -PartitionKeyPath ${partitionKey.map(plain).join(',')} -TtlInSeconds -1`
}
