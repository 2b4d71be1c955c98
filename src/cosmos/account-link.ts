import { CosmosClient } from '@azure/cosmos'
import type { Clock } from '../base/clock.ts'
import type { HopDeclaration } from '../domain/scenario.ts'
import { type Access, type Credential, entraCredential, type TargetOptions, userAgentSuffix } from './access.ts'
import { type AccountEvidence, accountEvidence, findRegion } from './account-evidence.ts'
import { AccountKey } from './account-key.ts'
import { explainFailure } from './explain.ts'
import { Recording } from './recording.ts'
import { TargetProblem } from './target-problem.ts'
import { untilAborted } from './until-aborted.ts'
import { type SingleCall, WireTap } from './wire-tap.ts'

const answerWithinMs = 5000

/** Without it the SDK would try a reset connection for 10 s before it says so. */
const asksOnce: SingleCall = { writeOrigin: () => undefined, containerBody: undefined }

/** What all clients of a target have in common: the endpoint, the credential, the tap, and what the account said last. */
export class AccountLink {
  readonly endpoint: URL
  readonly tap: WireTap
  readonly #name: string
  readonly #key: AccountKey | undefined
  readonly #secretFrom: string | undefined
  readonly #clock: Clock
  #credential: Promise<Credential> | undefined
  #admin: Promise<CosmosClient> | undefined
  #evidence: AccountEvidence | undefined
  #asking: Promise<AccountEvidence> | undefined

  /** `onNewKey`: the key was read anew, and is another one. */
  constructor(options: TargetOptions, access: Access, clock: Clock, onNewKey: () => void = () => {}) {
    this.endpoint = access.endpoint
    this.#name = options.name
    this.#key = access.key === undefined ? undefined : new AccountKey(access.key, options, clock, onNewKey)
    this.#secretFrom = options.secretFrom
    this.#clock = clock
    this.tap = new WireTap({
      clock,
      rewrites: rewritesFor(access.endpoint, options.hostRewrite),
      // Not waited for: the operation that noticed it has its answer, and the next one shall not wait either.
      onTopologyChange: () => void this.ping(),
      onRefused: () => this.#key?.noticeRefusal(),
    })
  }

  credential(): Promise<Credential> {
    this.#credential ??= (async () =>
      this.#key === undefined ? { aadCredentials: await entraCredential() } : { tokenProvider: this.#key.sign })()
    return this.#credential
  }

  /** Reads the account's key where it came from, if it can change. Rejects with `TargetProblem` when there is none. */
  async readKeyAnew(): Promise<void> {
    await this.#key?.readAnew()
  }

  /** Talks to the account's own endpoint, for `GET /` and for databases and containers. */
  adminClient(): Promise<CosmosClient> {
    this.#admin ??= (async () =>
      new CosmosClient({
        ...(await this.credential()),
        endpoint: this.endpoint.href,
        httpClient: this.tap.httpClient(asksOnce),
        userAgentSuffix,
        // 429 is retried, nothing else is.
        connectionPolicy: { enableEndpointDiscovery: false, enableBackgroundEndpointRefreshing: false },
      }))()
    return this.#admin
  }

  /** What the account said last; asks when it has said nothing yet. Rejects with `TargetProblem`. */
  evidence(): AccountEvidence | Promise<AccountEvidence> {
    return this.#evidence ?? this.refresh()
  }

  /** Asks the account anew; callers at the same time share one question. Rejects with `TargetProblem`. */
  refresh(): Promise<AccountEvidence> {
    this.#asking ??= this.#askAsPresent().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  /** Empty before the account has answered. */
  get fingerprints(): readonly string[] {
    return this.#evidence?.fingerprints ?? []
  }

  async ping(): Promise<TargetProblem | undefined> {
    try {
      await this.refresh()
      return undefined
    } catch (error) {
      return explainFailure(error, 'reading the account', this.endpoint)
    }
  }

  async checkRegions(hops: readonly HopDeclaration[]): Promise<void> {
    const evidence = await this.evidence()
    for (const { name, region } of hops) {
      if (region === undefined) continue
      try {
        findRegion(evidence, region)
      } catch (error) {
        if (!(error instanceof TargetProblem)) throw error
        throw new TargetProblem(error.kind, `hop "${name}" at target "${this.#name}": ${error.message}`, error.remedy)
      }
    }
  }

  close(): void {
    void this.#admin?.then((client) => client.dispose()).catch(() => {})
    this.tap.close()
  }

  /** A key that was replaced before the account refused it is no loss of the account. */
  async #askAsPresent(): Promise<AccountEvidence> {
    const signedWith = this.#key?.present
    try {
      return await this.#ask()
    } catch (error) {
      await this.#key?.reading
      if (this.#key?.present === signedWith) throw error
      return this.#ask()
    }
  }

  async #ask(): Promise<AccountEvidence> {
    const recording = new Recording()
    const finished = new AbortController()
    const late = new AbortController()
    void this.#clock.sleep(answerWithinMs, finished.signal).then(() => late.abort())
    try {
      const client = await this.adminClient()
      const { resource } = await untilAborted(
        this.tap.record(recording, () => client.getDatabaseAccount({ abortSignal: late.signal })),
        late.signal,
      )
      if (!resource) throw new Error('the answer has no body')
      const evidence = accountEvidence(resource, (origin) => this.tap.rewrite(origin))
      this.tap.nameRegions([...evidence.endpoints].map(([region, origin]) => [origin, region] as const))
      this.#evidence = evidence
      return evidence
    } catch (error) {
      const cause = late.signal.aborted ? new Error(`no answer within ${answerWithinMs} ms`) : error
      throw explainFailure(cause, 'reading the account', this.endpoint, recording.close(), {
        secretFrom: this.#secretFrom,
        keyCanChange: this.#key?.canChange,
        keyProblem: this.#key?.problem,
        nowWallMs: this.#clock.wallMs(),
      })
    } finally {
      finished.abort()
    }
  }
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/**
 * Servers that stand in for the service announce https locations though they listen on http, and name themselves
 * `localhost`: what is announced on the endpoint's own host and port is the endpoint.
 */
function rewritesFor(endpoint: URL, wanted: Readonly<Record<string, string>> = {}): Map<string, string> {
  const rewrites = new Map<string, string>()
  if (endpoint.protocol === 'http:') {
    const names = loopbackNames.includes(endpoint.hostname) ? loopbackNames : [endpoint.hostname]
    for (const name of names) rewrites.set(`https://${name}:${endpoint.port || '80'}`, endpoint.origin)
  }
  for (const [announced, contacted] of Object.entries(wanted)) {
    rewrites.set(new URL(announced).origin, new URL(contacted).origin)
  }
  return rewrites
}
