import { defineConfig } from 'vitest/config'

/** The tests that each mutant of the judging rooms must face (`npm run mutants`). */
const rooms = ['domain/verdict', 'domain/token-state', 'domain/context', 'domain/finding', 'protocol/session-token']

export default defineConfig({
  test: {
    include: rooms.map((room) => `src/${room}*.test.ts`),
    testTimeout: 20_000,
    pool: 'forks',
    maxWorkers: 1,
  },
})
