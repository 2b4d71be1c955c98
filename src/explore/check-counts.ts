import type { FinishedRun } from '../domain/journey.ts'
import { isKnownState, type TokenState, uncovering } from '../domain/token-state.ts'
import { isJudged, isStale, type Verdict } from '../domain/verdict.ts'
import type { Disagreement } from './disagreement.ts'

type Counting = 'not counted' | 'in the denominator' | 'in numerator and denominator'

/** The stale-read rate and the token-loss rate as verdicts.md defines them, row by row. */
const staleReads: Record<Verdict, Counting> = {
  fresh: 'in the denominator',
  stale: 'in numerator and denominator',
  missing: 'in numerator and denominator',
  undetermined: 'not counted',
  failed: 'not counted',
  unordered: 'not counted',
}
const tokenLoss: Record<TokenState, Counting> = {
  intact: 'in the denominator',
  dropped: 'in the denominator',
  lost: 'in numerator and denominator',
  behind: 'in numerator and denominator',
  foreign: 'in numerator and denominator',
  malformed: 'in numerator and denominator',
  unknown: 'not counted',
  unsupported: 'not counted',
  unclaimed: 'not counted',
}

const counting = (isNumerator: boolean, isDenominator: boolean): Counting => {
  if (!isDenominator) return 'not counted'
  return isNumerator ? 'in numerator and denominator' : 'in the denominator'
}

/** Whether each read goes into the rates that objectives are about, as it should. */
export function checkCounts(run: FinishedRun): Disagreement[] {
  const found: Disagreement[] = []
  run.events.forEach((event, step) => {
    if (event.kind !== 'read') return
    const { token } = event
    const { verdict } = event.judgement
    const says = (what: string, judged: Counting, truth: Counting) => {
      if (judged !== truth) found.push({ run: run.id, step, what, judged, truth })
    }
    says('stale-read rate', counting(isStale(verdict), isJudged(verdict)), staleReads[verdict])
    says('token-loss rate', counting(uncovering.has(token), isKnownState(token)), tokenLoss[token])
  })
  return found
}
