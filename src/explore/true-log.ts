import type { StoreRequest } from '../domain/document-store.ts'
import type { JournalEntry, RequestEntry, ServedRange } from '../simulator/journal.ts'
import { TrueRanges } from './true-ranges.ts'

/** One commit of a document, in the log of one range. */
export interface TrueVersion {
  readonly version: number
  readonly present: boolean
  /** The run that wrote it. */
  readonly run: string
  readonly container: string
  readonly range: string
  readonly partitionKey: string
  readonly lsn: number
  /** With several write regions: the id of the one whose log it is in. */
  readonly writeRegionId: number | undefined
}

type CommitEntry = Extract<JournalEntry, { kind: 'commit' }>
type LostEntry = Extract<JournalEntry, { kind: 'lost' }>

const none: readonly TrueVersion[] = []

/** What was committed, in the order of the commits, and what each answering replica had applied of it by then. */
export class TrueLog {
  readonly ranges = new TrueRanges()
  /** Where the last commit went: requests that misfortune answered do not tell. */
  container = ''
  /** A list is replaced and never changed, for the answers of a replica that has all of it share it. */
  readonly #versions = new Map<string, readonly TrueVersion[]>()
  /** Document → version → when it was last committed, also where a failover has dropped it since. */
  readonly #committed = new Map<string, Map<number, number>>()
  #commitCount = 0
  /** Document/version of commits that a failover has dropped or that went with their container. */
  readonly #vanished = new Set<string>()
  /** Ids of regions that were removed: what they had written was everywhere by then. */
  readonly #removed = new Set<number>()
  #applied = new Map<RequestEntry, readonly TrueVersion[]>()

  /** `request`: what brought the entry about; undefined where somebody changed the account. */
  hear(entry: JournalEntry, request: StoreRequest | undefined): void {
    if (entry.kind === 'request') this.#note(entry, request)
    else if (entry.kind === 'commit') this.#append(entry, request)
    else if (entry.kind === 'lost') this.#forget(entry)
    else if (entry.kind === 'ranges') this.ranges.learn(entry)
    else if (entry.kind === 'topology' && entry.change === 'removeRegion') this.#removed.add(Number(entry.detail.id))
    else if (entry.kind === 'topology' && entry.change === 'recreateContainer') this.#empty()
  }

  /** Whether the account has ever lost this version, so that a session that wrote it may miss it. */
  hasVanished(documentId: string, version: number): boolean {
    return this.#vanished.has(`${documentId}/${version}`)
  }

  /** Of what has been answered until now nobody will ask any more. */
  forgetAnswers(): void {
    this.#applied = new Map()
  }

  /** What the replica that gave this answer had applied, the newest last; undefined where it spoke for other ranges. */
  appliedBy(answer: RequestEntry): readonly TrueVersion[] | undefined {
    return this.#applied.get(answer)
  }

  /** Whether `later` was committed after `earlier`, or again after it. */
  landedAfter(documentId: string, later: number, earlier: number): boolean {
    const committed = this.#committed.get(documentId)
    const at = (version: number) => committed?.get(version) ?? Number.NEGATIVE_INFINITY
    return at(later) > at(earlier)
  }

  /** The range that holds the document now; undefined while there is none. */
  holderOf(documentId: string): string | undefined {
    const [first] = this.#versions.get(documentId) ?? []
    return first && this.#holder(first)
  }

  #append(entry: CommitEntry, request: StoreRequest | undefined): void {
    if (request === undefined || !('document' in request) || entry.id !== request.document.id) return
    const { version, run } = request.document
    const { container, range, partitionKey, lsn, writeRegionId } = entry
    const present = request.kind !== 'delete'
    const written: TrueVersion = { version, present, run, container, range, partitionKey, lsn, writeRegionId }
    this.#versions.set(entry.id, [...(this.#versions.get(entry.id) ?? none), written])
    this.container = container
    const committed = this.#committed.get(entry.id) ?? new Map<number, number>()
    this.#committed.set(entry.id, committed.set(version, ++this.#commitCount))
  }

  /** A commit that a forced failover dropped never happened for any later reader. */
  #forget({ container, range, lsn }: LostEntry): void {
    const isLost = (each: TrueVersion) =>
      each.lsn === lsn && each.container === container && this.#holder(each) === range
    for (const [documentId, versions] of this.#versions) {
      if (!versions.some(isLost)) continue
      this.#noteVanished(documentId, versions.filter(isLost))
      const kept = versions.filter((each) => !isLost(each))
      if (kept.length > 0) this.#versions.set(documentId, kept)
      else this.#versions.delete(documentId)
    }
  }

  /** The new container is empty. */
  #empty(): void {
    for (const [documentId, versions] of this.#versions) this.#noteVanished(documentId, versions)
    this.#versions.clear()
  }

  #noteVanished(documentId: string, versions: readonly TrueVersion[]): void {
    for (const { version } of versions) this.#vanished.add(`${documentId}/${version}`)
  }

  /** At once, because the log may be cut and regions may leave before the run has ended. */
  #note(entry: RequestEntry, request: StoreRequest | undefined): void {
    if (request === undefined || entry.served === undefined) return
    const versions = this.#versions.get('document' in request ? request.document.id : request.id)
    if (versions === undefined) {
      this.#applied.set(entry, none)
      return
    }
    const holder = this.#holder(versions[0]!)
    const served = entry.served.find(({ range }) => this.ranges.comesFrom(this.container, holder, range))
    if (served === undefined) return
    const isApplied = (each: TrueVersion) => this.#isApplied(each, served)
    this.#applied.set(entry, versions.every(isApplied) ? versions : versions.filter(isApplied))
  }

  #holder({ container, range, partitionKey }: TrueVersion): string {
    return this.ranges.holder(container, range, partitionKey)
  }

  /** With several write regions each has a log of its own; the last of the applied writes wins. */
  #isApplied({ lsn, writeRegionId }: TrueVersion, served: ServedRange): boolean {
    if (writeRegionId === undefined) return lsn <= served.lsn
    return this.#removed.has(writeRegionId) || lsn <= (served.locals[writeRegionId] ?? 0)
  }
}
