/**
 * What the account's key signs of a request; `link` is signed as it is spelt
 * (https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources).
 */
export const signedText = (method: string, resourceType: string, link: string, date: string): string =>
  `${method.toLowerCase()}\n${resourceType.toLowerCase()}\n${link}\n${date.toLowerCase()}\n\n`
