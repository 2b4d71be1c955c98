import { z } from 'zod'
import { carrierKinds, faultKinds, limitedServers, swapPartners } from '../domain/scenario.ts'
import { choice, mapOf } from './shape.ts'
import * as values from './values.ts'

/** The step `carry`: how the token travels, and what it suffers on the way. */

const schedule = mapOf({
  every: values.everyRuns.describe('Strikes in one of so many runs of an arm.').optional(),
  after: values
    .duration({ example: '60s' })
    .describe("Strikes from this long after the scenario's first run on.")
    .optional(),
  for: values
    .duration({ minMs: 1, example: '30s' })
    .describe('For how long from there on. Default: for ever.')
    .optional(),
})

const fault = mapOf({
  token: values
    .oneOf('fault', faultKinds)
    .describe(
      "lost: nothing arrives. truncated: only the first bytes arrive. older: the token of an earlier write arrives. swapped: another partition's or another user's arrives. corrupted: one character or one LSN differs. duplicated: it arrives twice, joined by a comma.",
    ),
  share: values.share('20%').describe('In how many of the runs of its schedule.').prefault('100%'),
  schedule: schedule.describe('When it strikes. Default: in every run.').optional(),
  writesBack: values
    .number({ min: 1, max: 100, whole: true, example: 1 })
    .describe('Of older: the token of how many writes ago. Default: 1.')
    .optional(),
  limit: values
    .size('64B')
    .describe('Of truncated: how many bytes of the header, or of what else carries it, arrive.')
    .optional(),
  with: values
    .oneOf('partner', swapPartners)
    .describe(
      "Of swapped: partition, a token of another partition key range where there is one, or user, another user's. Default: partition.",
    )
    .optional(),
})

const delayTime = values.duration({ example: '20ms' })

export const carry = mapOf({
  carry: values
    .oneOf('carrier', carrierKinds)
    .describe('How the session token travels. none: the user arrives, the token does not.'),
  from: values.name('gateway').describe('The hop it leaves. Default: the hop of the nearest step before.').optional(),
  to: values.name('itinerary').describe('The hop it reaches.'),
  limit: values
    .sizeOr(limitedServers)
    .describe('What the way takes of the part of the request that holds it: bytes, or the limits of a server.')
    .optional(),
  delay: choice({ one: delayTime, many: z.array(delayTime).min(1) }, (value) => (Array.isArray(value) ? 'many' : 'one'))
    .describe(
      'Of message: from sending to delivery. Of device: how long it is offline. Of a list each run takes the next.',
    )
    .optional(),
  redelivery: values
    .share('10%')
    .describe('Of message: how often an older message comes once more after it.')
    .optional(),
  reordering: values.share('10%').describe('Of message: how often the message before comes only after it.').optional(),
  store: values
    .name('sessions')
    .describe('Of store: its name under "stores" in the configuration. Default: one in memory.')
    .optional(),
  ttl: values
    .duration({ minMs: 1, example: '1h' })
    .describe('Of store: how long it keeps a token. Default: 1h.')
    .optional(),
  faults: z.array(fault).describe('What the token suffers on the way; the first fault that strikes wins.').prefault([]),
})

export type CarryFile = z.output<typeof carry>
