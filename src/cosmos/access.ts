import type { TokenProvider } from '@azure/cosmos'
import type { TokenCredential } from '@azure/identity'
import { TargetProblem } from './target-problem.ts'

export interface TargetOptions {
  /** The account's name in configuration, metrics and messages. */
  readonly name: string
  /** The account's URL; a connection string brings its own. */
  readonly endpoint?: string
  /** The account's key in base64. */
  readonly key?: string
  /** Reads the key again where it came from; undefined: it cannot change while this process runs. */
  readonly readKey?: () => Promise<string>
  readonly connectionString?: string
  /** Where key or connection string came from, for messages: the name of a variable or of a file. */
  readonly secretFrom?: string
  /** Microsoft Entra: workload or managed identity, or a developer's own login. */
  readonly entra?: true
  /**
   * Announced origin → origin to contact, for accounts behind a port forward: `https://10.0.0.5:8081` →
   * `http://127.0.0.1:8081`. An http endpoint that announces itself as https on the same port needs no entry.
   */
  readonly hostRewrite?: Readonly<Record<string, string>>
}

/** How to reach the account, and as whom. */
export interface Access {
  readonly endpoint: URL
  readonly key: string | undefined
}

/** Throws `misconfigured`; no message repeats a key or a connection string. */
export function readAccess(options: TargetOptions): Access {
  const { key, connectionString, entra } = options
  for (const text of Object.entries(options.hostRewrite ?? {}).flat()) originOf(options, text)
  const ways = [key, connectionString, entra].filter((way) => way !== undefined)
  if (ways.length !== 1) {
    throw misconfigured(
      options,
      ways.length === 0 ? 'has no credentials' : 'has more than one kind of credentials',
      'give one of: a key (COSMOS_KEY), a connection string (COSMOS_CONNECTION_STRING), or Microsoft Entra',
    )
  }
  if (connectionString !== undefined) {
    const parts = parseConnectionString(options, connectionString)
    if (options.endpoint !== undefined && originOf(options, options.endpoint).origin !== parts.endpoint.origin) {
      throw misconfigured(
        options,
        'has an endpoint other than the one in its connection string',
        'leave out the endpoint, or give a key instead of the connection string',
      )
    }
    return parts
  }
  if (options.endpoint === undefined) {
    throw misconfigured(options, 'has no endpoint', 'give its URL (--endpoint or COSMOS_ENDPOINT)')
  }
  const endpoint = originOf(options, options.endpoint)
  if (entra && endpoint.protocol === 'http:') {
    throw misconfigured(
      options,
      'uses Microsoft Entra over http, which would show its access token to the network',
      'use an https endpoint, or a key',
    )
  }
  if (key !== undefined) checkKey(options, key)
  return { endpoint, key }
}

/** The credential of every client of a target: what signs with its key, or a token credential that they share. */
export type Credential = { readonly tokenProvider: TokenProvider } | { readonly aadCredentials: TokenCredential }

/** Makes a probe recognisable in the account's own logs. */
export const userAgentSuffix = 'hopwatch'

/** Imported only here, because @azure/identity costs half a second and 45 MB. */
export async function entraCredential(): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity')
  return new DefaultAzureCredential()
}

function parseConnectionString(options: TargetOptions, text: string): Access {
  const parts = new Map(
    text.split(';').flatMap((part): [string, string][] => {
      const equals = part.indexOf('=')
      return equals < 0 ? [] : [[part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim()]]
    }),
  )
  const endpoint = parts.get('accountendpoint')
  const key = parts.get('accountkey')
  if (!endpoint || !key) {
    const missing = [endpoint ? [] : ['AccountEndpoint'], key ? [] : ['AccountKey']].flat().join(' and ')
    throw misconfigured(
      options,
      `has a connection string without ${missing}`,
      'copy it whole from the account; its form is AccountEndpoint=https://…;AccountKey=…;',
    )
  }
  checkKey(options, key)
  return { endpoint: originOf(options, endpoint), key }
}

function originOf(options: TargetOptions, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password) return url
  throw misconfigured(
    options,
    'has an endpoint that is not an http or https URL, or that holds credentials',
    'its form is https://<account>.documents.azure.com:443/',
  )
}

/** A key that is not base64 would fail as a refusal at the account, which is harder to understand. */
export function checkKey(options: TargetOptions, key: string): void {
  if (key !== '' && Buffer.from(key, 'base64').toString('base64') === key) return
  throw misconfigured(
    options,
    'has a key that is not base64',
    `copy the key whole${options.secretFrom === undefined ? '' : ` into ${options.secretFrom}`}, without quotes and line breaks`,
  )
}

const misconfigured = (options: TargetOptions, message: string, remedy: string) =>
  new TargetProblem('misconfigured', `target "${options.name}" ${message}`, remedy)
