/** The five levels, strongest first (https://learn.microsoft.com/azure/cosmos-db/consistency-levels). */
export const consistencyLevels = ['Strong', 'BoundedStaleness', 'Session', 'ConsistentPrefix', 'Eventual'] as const
export type ConsistencyLevel = (typeof consistencyLevels)[number]

/** A request may ask for its account's level or a weaker one. */
export const isWeakerOrEqual = (asked: ConsistencyLevel, account: ConsistencyLevel): boolean =>
  consistencyLevels.indexOf(asked) >= consistencyLevels.indexOf(account)
