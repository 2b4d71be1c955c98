import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FaultRule } from '../../src/simulator/faults.ts'
import type { Life } from './life.ts'
import { passing } from './scenarios.ts'
import type { World } from './world.ts'

/** What goes wrong, for a while. */
export interface Phase {
  readonly name: string
  /** The counter that shows that it really struck: it grows in this phase. */
  readonly shows: RegExp
  /** The beginning of a line that the log must then hold. */
  readonly says?: string
  begin(world: World, life: Life): Promise<void> | void
  end(world: World, life: Life): Promise<void> | void
}

const nothing = () => {}
const kept = /^hopwatch_runs_total\{.*result="kept"/
const failed =
  /^hopwatch_(?:reads_total\{.*verdict="failed"|writes_total\{.*outcome="(?:refused|indeterminate)"|retries_total)/
const west = 'West Europe'
const north = 'North Europe'
const hourMs = 3_600_000

function faulty(name: string, shows: RegExp, rule: FaultRule): Phase {
  let id = ''
  return {
    name,
    shows,
    begin: ({ simulator }) => {
      id = simulator.addFaultRule(rule)
    },
    end: ({ simulator }) => void simulator.removeFaultRule(id),
  }
}

const lostBy = (scenario: string) =>
  new RegExp(`^hopwatch_token_carries_total\\{(?=.*arm="propagated")(?=.*token="lost").*scenario="${scenario}"`)

const extraFile = ({ folder }: World) => join(folder, 'scenarios', 'passing.yaml')

/** In the order of the soak; the first and the last are compared for what the process holds. */
export const phases = (periodMs: number): readonly Phase[] => [
  { name: 'all is well', shows: kept, begin: nothing, end: nothing },
  {
    name: 'Redis is gone',
    shows: lostBy('store'),
    begin: ({ redis }) => redis?.kill(),
    end: ({ redis }) => redis?.start(),
  },
  {
    name: 'the disk is full',
    shows: lostBy('device'),
    begin: ({ disk }) => disk.fill(),
    end: ({ disk }) => disk.free(),
  },
  faulty('a third of the answers is 503', failed, { share: 0.33, status: 503 }),
  faulty('half of the answers is 429', /^hopwatch_retries_total\{.*reason="throttle"/, {
    share: 0.5,
    status: 429,
    retryAfterMs: 20,
  }),
  faulty('a tenth of the reads hangs', /^hopwatch_runs_missed_total\{.*reason="overlap"/, {
    operations: ['readItem'],
    share: 0.1,
    connection: 'hang',
  }),
  faulty('a tenth of the connections breaks', failed, { share: 0.1, connection: 'reset', when: 'after' }),
  faulty('a tenth of the answers is cut in half', failed, { share: 0.1, connection: 'truncate' }),
  {
    name: 'replication is paused',
    shows: /^hopwatch_(?:reads_total\{.*verdict="(?:stale|missing)"|retries_total\{.*reason="session")/,
    begin: ({ simulator }) => simulator.pauseReplication(west, north),
    end: ({ simulator }) => simulator.resumeReplication(west, north),
  },
  {
    name: 'the read region is offline',
    shows: failed,
    begin: ({ simulator }) => simulator.setRegionOffline(north, 'unavailable'),
    end: ({ simulator }) => simulator.setRegionOnline(north),
  },
  {
    name: 'fail-over, and back',
    shows: failed,
    begin: ({ simulator }) => simulator.failover(north),
    end: ({ simulator }) => simulator.failover(west),
  },
  {
    name: 'a partition splits',
    shows: /^hopwatch_runs_total\{/,
    begin: ({ simulator }) => void simulator.splitRange('soak', 'header', undefined, 200),
    end: nothing,
  },
  {
    name: 'the wall clock jumps an hour ahead',
    shows: /^hopwatch_runs_missed_total\{.*scenario="by-the-second"/,
    begin: (_, life) => life.moveWallClock(hourMs),
    end: nothing,
  },
  {
    name: 'the wall clock falls two hours back',
    shows: kept,
    begin: (_, life) => life.moveWallClock(-2 * hourMs),
    end: (_, life) => life.moveWallClock(hourMs),
  },
  {
    name: 'reload: a scenario comes and goes',
    shows: /^hopwatch_runs_total\{.*scenario="passing"/,
    begin: (world) => writeFile(extraFile(world), passing(periodMs)),
    end: (world) => rm(extraFile(world)),
  },
  {
    name: 'reload: a broken file',
    shows: kept,
    says: 'not reloaded',
    begin: (world) => writeFile(extraFile(world), 'scenario: ['),
    end: (world) => rm(extraFile(world)),
  },
  { name: 'all is well again', shows: kept, begin: nothing, end: nothing },
]

/** SIGTERM comes in the middle of this, when runs hang. */
export const lastMoments = faulty('SIGTERM while reads hang', failed, {
  operations: ['readItem'],
  share: 0.3,
  connection: 'hang',
})
