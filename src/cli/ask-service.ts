import { findings } from '../domain/finding.ts'

/** What a running hopwatch told of itself. `answered: false`: `reason` says why there is nothing. */
export type ServiceEvidence =
  | {
      readonly answered: true
      readonly url: string
      /** As /api/v1/scenarios tells it. */
      readonly status: unknown
      /** The last runs of each finding but "kept", whole: their attempts, carries and witnesses. */
      readonly runs: readonly unknown[]
    }
  | { readonly answered: false; readonly url: string; readonly reason: string }

const answerWithinMs = 5000
const runsEach = 3
const mostBytes = 20_000_000

/** Asks a running hopwatch for its figures and its last findings. Never rejects. */
export async function askService(url: string, apiToken: string | undefined): Promise<ServiceEvidence> {
  const ask = (path: string) => askJson(new URL(path, url), apiToken)
  try {
    const status = await ask('/api/v1/scenarios')
    const lists = await Promise.all(
      findings
        .filter((finding) => finding !== 'kept')
        .map((finding) => ask(`/api/v1/runs?finding=${finding}&limit=${runsEach}`)),
    )
    const ids = [...new Set(lists.flatMap(runIdsIn))]
    const runs = await Promise.all(
      // One that has been forgotten between the two questions is left out.
      ids.map((id) => ask(`/api/v1/runs/${encodeURIComponent(id)}`).catch(() => undefined)),
    )
    return { answered: true, url, status, runs: runs.filter((run) => run !== undefined) }
  } catch (error) {
    return { answered: false, url, reason: reasonOf(error) }
  }
}

class Refused extends Error {}

async function askJson(url: URL, apiToken: string | undefined): Promise<unknown> {
  const response = await fetch(url, {
    headers: apiToken === undefined ? {} : { authorization: `Bearer ${apiToken}` },
    // The token goes nowhere else.
    redirect: 'error',
    signal: AbortSignal.timeout(answerWithinMs),
  })
  if (response.status === 401)
    throw new Refused('it asks for the bearer token: set HOPWATCH_API_TOKEN to that of the service')
  if (!response.ok) throw new Refused(`it answered ${response.status} to ${url.pathname}`)
  const text = await response.text()
  if (text.length > mostBytes) throw new Refused(`its answer to ${url.pathname} is too long`)
  return JSON.parse(text)
}

function runIdsIn(list: unknown): string[] {
  if (!isObject(list) || !Array.isArray(list.runs)) return []
  return list.runs.flatMap((run: unknown) => (isObject(run) && typeof run.id === 'string' ? [run.id] : []))
}

function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.message
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  if (error instanceof SyntaxError) return 'what answered there is no hopwatch'
  return `nothing answered${code === undefined ? '' : ` (${code})`}`
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
