/** What is left of a range's request units in one region. */
export interface Budget {
  readonly requestUnits: number
  readonly asOfMs: number
}

/** At most one second's share is saved up. */
export const fullBudget = (requestUnitsPerSecond: number, nowMs: number): Budget => ({
  requestUnits: requestUnitsPerSecond,
  asOfMs: nowMs,
})

export function refill(budget: Budget, requestUnitsPerSecond: number, nowMs: number): Budget {
  const earned = (Math.max(0, nowMs - budget.asOfMs) / 1000) * requestUnitsPerSecond
  return { requestUnits: Math.min(requestUnitsPerSecond, budget.requestUnits + earned), asOfMs: nowMs }
}

/**
 * Milliseconds until the range admits a request again; 0: now. A request is admitted while anything is left and may
 * overdraw the budget, because its charge is known only afterwards.
 */
export const retryAfterMs = (budget: Budget, requestUnitsPerSecond: number): number =>
  budget.requestUnits > 0 ? 0 : Math.floor((-budget.requestUnits / requestUnitsPerSecond) * 1000) + 1

export const spend = (budget: Budget, requestUnits: number): Budget => ({
  requestUnits: budget.requestUnits - requestUnits,
  asOfMs: budget.asOfMs,
})
