import { randomBytes } from 'node:crypto'
import { arch, platform, release } from 'node:os'
import manifest from '../../package.json' with { type: 'json' }
import type { ProbeRead } from '../compose/doctor/probe-reads.ts'
import { allSteps, type Scenario } from '../domain/scenario.ts'
import { fingerprint } from '../protocol/session-token.ts'
import { statusMeaning } from '../protocol/status.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import { askService } from './ask-service.ts'
import type { DoctorReport } from './doctor-report.ts'
import { redactSecrets } from './redact-secrets.ts'
import type { Environment, SharedSettings } from './settings.ts'

export interface BundleSources {
  readonly report: DoctorReport
  readonly revision: string
  readonly reads: readonly { readonly target: string; readonly reads: readonly ProbeRead[] }[]
  readonly settings: SharedSettings
  readonly scenarios: readonly Scenario[]
  /** Where a running hopwatch is asked for its last findings. */
  readonly url: string
  readonly apiToken: string | undefined
  readonly env: Environment
}

/** The evidence file of an incident, as text; `missing` tells what it could not hold. */
export async function evidenceBundle(sources: BundleSources): Promise<{ text: string; missing: string | undefined }> {
  const { report, revision, settings, scenarios, url, apiToken, env } = sources
  const service = await askService(url, apiToken)
  // Outside this file its fingerprints mean nothing: nobody can try tokens against them.
  const secret = randomBytes(32)
  const bundle = {
    about:
      'Evidence of hopwatch doctor. Session tokens appear as size and fingerprint; keys, headers and credentials do not appear.',
    versions: {
      hopwatch: report.version,
      revision,
      '@azure/cosmos': manifest.dependencies['@azure/cosmos'],
      node: process.versions.node,
      system: `${platform()} ${release()} ${arch()}`,
    },
    doctor: report,
    probeReads: sources.reads.map(({ target, reads }) => ({
      target,
      reads: reads.map((read) => readView(read, secret)),
    })),
    configuration: { ...settings.configuration, scenarios: settings.scenarioPaths },
    /** Names alone. */
    environment: Object.keys(env)
      .filter((name) => /^(HOPWATCH|COSMOS|AZURE|OTEL)_/.test(name))
      .toSorted(),
    scenarios: scenarios.map(scenarioView),
    service: service.answered ? { ...service, status: withoutJourneys(service.status) } : service,
  }
  const redacted = redactSecrets(bundle, settings, env)
  return {
    text: `${JSON.stringify(redacted, null, 2)}\n`,
    missing: service.answered ? undefined : `without findings: at ${url} ${service.reason}`,
  }
}

function readView({ asks, attempt }: ProbeRead, secret: Uint8Array) {
  const { region, status, substatus, failure, requestCharge, durationMs, sent, received } = attempt
  const token = (wire: WireToken | undefined) =>
    wire === undefined ? null : { bytes: wire.bytes, fingerprint: fingerprint(wire.reveal(), secret) }
  return {
    asks,
    region,
    status: status ?? null,
    substatus: substatus ?? null,
    meaning: status === undefined ? (failure ?? null) : statusMeaning(status, substatus).name,
    requestCharge,
    durationMs,
    tokenSent: token(sent),
    tokenReceived: token(received),
  }
}

/** What concerns the session; not the requests to services of the user's own, whose headers are none of ours. */
const scenarioView = ({ journey, ...scenario }: Scenario) => ({
  ...scenario,
  steps: allSteps(journey).map((step) =>
    step.kind === 'carry'
      ? {
          kind: step.kind,
          from: step.from,
          to: step.to,
          carrier: step.carrier,
          faults: step.faults.map(({ token }) => token),
        }
      : { kind: step.kind, ...('at' in step && { at: step.at }) },
  ),
})

/** Likewise of the service's scenarios. */
function withoutJourneys(status: unknown): unknown {
  if (typeof status !== 'object' || status === null || !('scenarios' in status) || !Array.isArray(status.scenarios))
    return status
  const scenarios = status.scenarios.map((scenario: object) => ({ ...scenario, journey: undefined }))
  return { ...status, scenarios }
}
