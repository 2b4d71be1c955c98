/**
 * Worst first. `problem`: the session guarantee does not hold, or hopwatch cannot run. `warning`: it holds, and something weakens it.
 * `unknown`: nobody let us look. `note`: worth knowing. `ok`: as it should be.
 */
export const severities = ['problem', 'warning', 'unknown', 'note', 'ok'] as const
export type Severity = (typeof severities)[number]

/** One thing that was looked at, and what it means. Holds no secret. */
export interface Diagnosis {
  readonly severity: Severity
  /** What was looked at: `account`, `container travel/itineraries`, `travel-itinerary, hop gateway`. */
  readonly subject: string
  readonly found: string
  /** For the session guarantee; undefined where it is plain. */
  readonly means?: string | undefined
  /** What to do; undefined where there is nothing to do. */
  readonly remedy?: string | undefined
  /** Azure CLI commands that confirm it, or make what is missing. */
  readonly confirm: readonly string[]
}

export const worstFirst = (diagnoses: readonly Diagnosis[]): Diagnosis[] =>
  diagnoses.toSorted((left, right) => severities.indexOf(left.severity) - severities.indexOf(right.severity))

export const finding = (
  severity: Severity,
  subject: string,
  found: string,
  more: Partial<Pick<Diagnosis, 'means' | 'remedy' | 'confirm'>> = {},
): Diagnosis => ({ severity, subject, found, confirm: [], ...more })
