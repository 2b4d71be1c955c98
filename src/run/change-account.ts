import type { AccountChange, Scenario } from '../domain/scenario.ts'

/** Changes the simulated account. Resolves to why it refused, or to undefined. Never rejects. */
export type ChangeAccount = (change: AccountChange, container: Scenario['container']) => Promise<string | undefined>
