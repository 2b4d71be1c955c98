/** Where a judgement and the journal differ. */
export interface Disagreement {
  readonly run: string
  readonly step: number
  readonly what: string
  readonly judged: string
  readonly truth: string
}
