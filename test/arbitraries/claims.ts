import fc from 'fast-check'
import type { Claim, DocumentVersion, Ideal } from '../../src/domain/context.ts'
import { anySessionToken } from './tokens.ts'

/** A version is written once, so whether the document exists at it is a fact of the version. */
export const versionOf = (version: number): DocumentVersion => ({ version, present: version % 3 !== 0 })

export const anyVersion: fc.Arbitrary<DocumentVersion> = fc.integer({ min: 1, max: 7 }).map(versionOf)
export const anyRange = fc.option(fc.constantFrom('0', '1', '2', '10'), { nil: undefined })

export const anyClaim: fc.Arbitrary<Claim> = fc
  .record({
    certain: fc.option(anyVersion, { nil: undefined }),
    indeterminate: fc.uniqueArray(anyVersion, { selector: ({ version }) => version, maxLength: 3 }),
    range: anyRange,
  })
  // A range comes with a certain version or not at all.
  .map((claim) => (claim.certain ? claim : { ...claim, range: undefined }))

export const anyIdeal: fc.Arbitrary<Ideal> = fc.record({
  claims: fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), anyClaim), { selector: ([id]) => id })
    .map((entries) => new Map(entries)),
  token: anySessionToken,
})
