import { z } from 'zod'
import { accountChangeKinds, writeKinds } from '../domain/scenario.ts'
import { carry } from './carry-schema.ts'
import { requestStep } from './request-schema.ts'
import { choice, isMapping, mapOf, type Refusal, refuse } from './shape.ts'
import * as values from './values.ts'
import { alternatives, nearest, quote } from './words.ts'

const at = values.name('gateway').describe('The hop that does it.')
const writeWord = values.oneOf('write', writeKinds)
const scope = values
  .oneOf('scope', ['partition', 'cross-partition'])
  .describe('Of a query: one partition key value, or all of them.')
  .optional()

const times = (example: string) => {
  const time = values.duration({ example })
  return choice({ one: time, many: z.array(time).min(1) }, (value) => (Array.isArray(value) ? 'many' : 'one'))
}

const write = mapOf({
  write: writeWord.describe(
    'Writes the next version of the probe document. batch: in a transactional batch, with a companion beside it.',
  ),
  at,
})

const loseResponse = mapOf({
  loseResponse: values
    .oneOf('write', writeKinds)
    .describe('A write that happens and whose answer does not arrive, as when the connection is reset after it.'),
  at,
})

const read = mapOf({
  read: values
    .oneOf('read', ['point', 'query', 'batch-of-points', 'changeFeed'])
    .describe(
      "Reads the probe document and judges what came back. batch-of-points: by a transactional batch of a read. changeFeed: what the partition's feed shows of this run's changes.",
    ),
  at,
  scope,
})

/** Of the step and of the workaround alike. */
export const pollTimes = {
  every: values.duration({ minMs: 1, example: '50ms' }).describe('From one answer to the next try.').prefault('50ms'),
  within: values
    .duration({ minMs: 1, example: '5s' })
    .describe('When it gives up: a finding, never-shown.')
    .prefault('5s'),
  scope,
}

const poll = mapOf({
  poll: values.oneOf('poll', ['query']).describe('Repeats the query until the write shows.'),
  at,
  ...pollTimes,
})

const wait = mapOf({
  wait: times('100ms').describe('A pause, or a list of pauses of which each run takes the next.'),
})

const reconnect = mapOf({
  reconnect: values
    .name('phone')
    .describe(
      'The hop that begins anew: a new SDK client, and only the tokens that a device or store carry kept for it.',
    ),
})

const offline = mapOf({
  offline: times('500ms').describe('How long the hop is without network, or a list of which each run takes the next.'),
  at,
  writes: z
    .array(values.oneOf('write', writeKinds))
    .min(1)
    .describe('What is written meanwhile: buffered, and uploaded in this order afterwards.'),
})

const simulate = mapOf({
  simulate: values
    .oneOf('simulate', accountChangeKinds)
    .describe(
      'Changes the simulated account. failover: moves the writes. split: one partition key range becomes two. merge: those become one again. recreate: the container is deleted and made again, empty.',
    ),
  to: values.text('region', 'North Europe').describe('Of failover: the region that takes the writes.').optional(),
})

const plainSteps = { write, read, poll, carry, wait, reconnect, offline, loseResponse, request: requestStep, simulate }

/** The step that begins with one of `words`, or why there is none. */
const chooseStep =
  <Word extends string>(words: readonly Word[], refuseKey: (key: string) => Refusal | undefined = () => undefined) =>
  (value: unknown): Word | Refusal => {
    const keys = isMapping(value) ? Object.keys(value) : []
    const chosen = words.find((word) => keys.includes(word))
    if (chosen) return chosen
    const [first] = keys
    if (first === undefined)
      return refuse((shown) => `${shown} is not a step`, 'write for example "{ read: point, at: hop }"')
    const why = keys.map(refuseKey).find((each) => each !== undefined)
    if (why) return why
    const meant = keys.map((key) => nearest(key, words)).find((each) => each !== undefined)
    return refuse(
      () => `a step without ${alternatives(words)}`,
      meant ? `write ${quote(meant)}` : 'begin it with one of them',
    )
  }

const wordsOf = <Word extends string>(steps: Readonly<Record<Word, unknown>>) => Object.keys(steps) as Word[]

const branchStep = choice(
  plainSteps,
  chooseStep(wordsOf(plainSteps), (key) =>
    key === 'parallel'
      ? refuse(() => 'a branch cannot branch again', 'put its steps into branches of the outer "parallel"')
      : undefined,
  ),
)

const parallel = mapOf({
  parallel: z
    .array(z.array(branchStep).min(1).meta({ title: 'branch' }))
    .min(1)
    .describe('Branches, each a list of steps, that go on at the same time. The journey goes on when all have ended.'),
})

const steps = { ...plainSteps, parallel }

export const step = choice(steps, chooseStep(wordsOf(steps)))
