import type { HopFile, ScenarioFile, StepFile } from '../schema.ts'
import type { Path } from '../yaml-file.ts'

/** What is left of a file without the values that are wrong in themselves, so that the rest can still be judged. */
export type Draft = {
  readonly [Key in Exclude<keyof ScenarioFile, 'hops' | 'journey'>]?: ScenarioFile[Key] | undefined
} & {
  /** Undefined: no map of hops at all. A hop that is wrong in itself still has its name. */
  readonly hops?: Readonly<Record<string, Partial<HopFile> | null | undefined>> | undefined
  /** Undefined steps are wrong in themselves. */
  readonly journey?: readonly (StepFile | undefined)[] | undefined
}

export interface Complaint {
  readonly path: Path
  readonly part: 'key' | 'value'
  readonly message: string
  readonly instead: string
}

/** Judges how the keys of a file go together. Says nothing about what it cannot see. */
export type Rule = (draft: Draft) => readonly Complaint[]

export const atKey = (path: Path, message: string, instead: string): Complaint => ({
  path,
  part: 'key',
  message,
  instead,
})
export const atValue = (path: Path, message: string, instead: string): Complaint => ({
  path,
  part: 'value',
  message,
  instead,
})
