/** What a shell may complete a word with. `none`: nobody knows the value beforehand. */
export type Completable =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' | 'scenarios' | 'none' }

export interface CompletedOption {
  readonly flag: string
  readonly description: string
  /** Undefined: a switch. */
  readonly value: (Completable & { readonly name: string }) | undefined
}

export interface CompletedCommand {
  readonly name: string
  readonly description: string
  readonly options: readonly CompletedOption[]
  /** What its arguments are; undefined: it takes none. */
  readonly argument: (Completable & { readonly name: string }) | undefined
}
