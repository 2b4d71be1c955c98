import { scrub } from '../publish/scrub.ts'
import type { Environment, SharedSettings } from './settings.ts'

const removed = '[secret removed]'
/** Shorter values are words, and taking them out would spoil the text for nothing. */
const shortestSecret = 8
const secretNames = /KEY|TOKEN|SECRET|PASSWORD|CONNECTION|CREDENTIAL|HEADERS/

/** Every secret that this process was given, longest first, in all the forms in which JSON may show it. */
function knownSecrets({ targets, hopToken, carriers }: Secrets, env: Environment): string[] {
  const given = [
    ...targets.flatMap(({ key = [], connectionString = [] }) => [key, connectionString].flat()),
    ...targets.flatMap(({ connectionString }) => /AccountKey=([^;]+)/i.exec(connectionString ?? '')?.[1] ?? []),
    hopToken ?? [],
    ...[...carriers.stores.values()].flatMap((url) => [url, URL.parse(url)?.password ?? []].flat()),
    ...Object.entries(env).flatMap(([name, value]) => (secretNames.test(name) && value !== undefined ? [value] : [])),
  ].flat()
  const forms = given.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  return [...new Set(forms)]
    .filter((secret) => secret.length >= shortestSecret)
    .toSorted((left, right) => right.length - left.length)
}

export type Secrets = Pick<SharedSettings, 'targets' | 'hopToken' | 'carriers'>

/**
 * A value as an evidence file may hold it: no secret that this process knows, nothing that looks like one, and of each URL neither
 * credentials nor query. `env` is the process's environment.
 */
export function redactSecrets(value: unknown, secrets: Secrets, env: Environment): unknown {
  const known = knownSecrets(secrets, env)
  const clean = (text: string) =>
    scrub(known.reduce((rest, secret) => rest.replaceAll(secret, removed), plainUrls(text)))
  const walk = (each: unknown): unknown => {
    if (typeof each === 'string') return clean(each)
    if (Array.isArray(each)) return each.map(walk)
    if (each === null || typeof each !== 'object') return each
    return Object.fromEntries(Object.entries(each).map(([name, inner]) => [clean(name), walk(inner)]))
  }
  return walk(value)
}

const plainUrls = (text: string): string =>
  text.replaceAll(/\b([a-z][a-z+.-]*:\/\/)(?:[^\s/@"']*@)?([^\s?#"']*)(?:[?#][^\s"']*)?/gi, '$1$2')
