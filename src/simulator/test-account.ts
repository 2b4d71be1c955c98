import { seededRandom } from '../base/random.ts'
import { SimulatedAccount } from './account.ts'
import type { ItemOperation, Operation, Outcome, Reply } from './operation.ts'
import type { SimulatorOptions } from './options.ts'

export const west = 'West Europe'
export const north = 'North Europe'
export const east = 'East US'

type Loose<T> = T extends ItemOperation ? Omit<T, 'database' | 'container'> : never
export type ItemCall = Loose<ItemOperation>

/** For tests: an account with a container `db/c` (partition key `/pk`), and a hand on the time. */
export class TestAccount {
  readonly account: SimulatedAccount
  nowMs = 0

  constructor(
    options: SimulatorOptions & { readonly seed?: number; readonly container?: Record<string, unknown> } = {},
  ) {
    const { seed = 1, container = {}, ...rest } = options
    this.account = new SimulatedAccount({ journal: 'unbounded', partitionKeyRanges: 1, ...rest }, seededRandom(seed))
    this.do({ kind: 'createDatabase', id: 'db' })
    this.do({
      kind: 'createContainer',
      database: 'db',
      definition: { id: 'c', partitionKey: { paths: ['/pk'] }, ...container },
    })
  }

  outcome(operation: Operation, region = this.writeRegion, attempt?: unknown): Outcome {
    return this.account.execute(operation, { region, nowMs: this.nowMs, attempt })
  }

  /** The reply; a read that waits for its token sleeps through it. */
  do(operation: Operation, region?: string): Reply {
    let outcome = this.outcome(operation, region)
    while (outcome.kind === 'wait') {
      this.nowMs = outcome.untilMs
      outcome = this.outcome(operation, region, outcome.attempt)
    }
    return outcome.reply
  }

  item(call: ItemCall, region?: string): Reply {
    return this.do(onContainer(call), region)
  }

  upsert(id: string, version: number, pk = 'p'): Reply {
    return this.item({ kind: 'upsertItem', item: { id, pk, version } })
  }

  /** The version that a point read returns; 0: not found. */
  read(id: string, options: Partial<ItemCall> & { region?: string; pk?: string } = {}): number {
    const { region, pk = 'p', ...rest } = options
    const reply = this.item({ kind: 'readItem', partitionKey: [pk], id, ...rest } as ItemCall, region)
    if (reply.status === 404 && reply.substatus === undefined) return 0
    if (reply.status !== 200) throw new Error(`status ${reply.status}/${reply.substatus}`)
    return (reply.body as { version: number }).version
  }

  query(query: string, more: Partial<ItemCall> = {}, region?: string): Reply {
    return this.item({ kind: 'queryItems', query, ...more } as ItemCall, region)
  }

  documents(query: string, more: Partial<ItemCall> = {}): unknown[] {
    const reply = this.query(query, more)
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body))
    return (reply.body as { Documents: unknown[] }).Documents
  }

  get writeRegion(): string {
    return this.account.regions(this.nowMs).find((region) => region.writable && region.state === 'online')?.name ?? west
  }
}

export const onContainer = (call: ItemCall): ItemOperation => ({ database: 'db', container: 'c', ...call })
