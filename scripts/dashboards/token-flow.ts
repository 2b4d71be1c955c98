import * as nodes from '@grafana/grafana-foundation-sdk/nodegraph'
import { catalogue } from '../../src/publish/catalogue.ts'
import { carryLoss, lossRate } from './figures.ts'
import type { DashboardPlan } from './frame.ts'
import { dress, heat, lines, type Placeable, stat, targets, timeline } from './panels.ts'
import { increase, quantileBy, rate, series, sincePoint, sumBy, window } from './promql.ts'
import { type Column, table } from './tables.ts'
import { carryingArm, job, lookBack, scenarios } from './variables.ts'

const percent = 'percentunit'
const chosenArms = { arm: '$arm' } as const
const limits = { amber: 1e-6, red: 0.01 }
/** A carry is known by these. */
const edge = ['scenario', 'from', 'to', 'carrier'] as const

/** Writes several labels into one, as `print` has it with `$1`, `$2` …; names in scenario files have no slash. */
const name = (of: string, label: string, from: readonly string[], print: string): string =>
  `label_replace(label_join(${of}, "${label}", "/", ${from.map((each) => `"${each}"`).join(', ')}),` +
  ` "${label}", "${print}", "${label}", "${from.map(() => '([^/]*)').join('/')}")`
const named = (of: string): string => `sum by (edge) (${name(of, 'edge', edge, '$1: $2 → $3 ($4)')})`

const carriesOf = (token: readonly string[]): string =>
  named(sumBy(edge, increase(series(catalogue.tokenCarries, { ...chosenArms, token }))))
const arrived = (what: string, token: readonly string[]): Column => ({
  name: what,
  expr: carriesOf(token),
  decimals: 0,
  pixels: 20 + 7 * what.length,
  ...(what === 'intact' ? {} : { limits: { amber: 0.5 } }),
})

const columns: readonly Column[] = [
  {
    name: 'Lost',
    expr: named(carryLoss(edge, '$arm', window)),
    unit: percent,
    decimals: 2,
    limits,
    pixels: 90,
    empty: 'no carries',
  },
  arrived('intact', ['intact']),
  arrived('gone', ['lost']),
  arrived('behind', ['behind']),
  arrived('foreign', ['foreign']),
  arrived('malformed', ['malformed']),
  arrived('unknown', ['unknown']),
]

/** The node graph looks at the names of the fields themselves, which a renaming leaves as they are. */
const asMainStat = (field: string) => ({
  id: 'calculateField',
  options: { mode: 'binary', alias: 'mainstat', binary: { left: field, operator: '*', right: '1' } },
})

/** Hops and carries as a graph. Its two frames are told apart by their fields: one with `source` and `target` holds the edges. */
function graph(): Placeable {
  const work = sumBy(['scenario', 'hop'], rate(series(catalogue.operationDuration, {}, '_count'), window))
  const hops = name(name(work, 'id', ['scenario', 'hop'], '$1/$2'), 'title', ['hop'], '$1')
  const carries = carryLoss(edge, '$arm', window)
  const ends = name(name(carries, 'source', ['scenario', 'from'], '$1/$2'), 'target', ['scenario', 'to'], '$1/$2')
  const frame = {
    id: 4,
    title: 'Hops and carriers',
    means:
      'The hops of the chosen scenarios with their operations a second, and between them the carries, with the share of tokens that did not arrive as sent.',
    act: 'An edge above 0 % is where the token is lost. Its carrier is in the table beside.',
    width: 11,
    empty: 'no carries yet',
  }
  const panel = dress(new nodes.PanelBuilder(), frame)
    .targets(
      targets(
        [
          { expr: `label_replace(${hops}, "subtitle", "$1", "scenario", "(.*)")` },
          { expr: name(ends, 'id', edge, '$1: $2 → $3 ($4)') },
        ],
        'table',
      ),
    )
    .nodes(new nodes.NodeOptionsBuilder().mainStatUnit('ops'))
    .edges(new nodes.EdgeOptionsBuilder().mainStatUnit(percent))
    // With their times, both frames would be joined into one before anything is calculated.
    .withTransformation({ id: 'filterFieldsByName', options: { exclude: { names: ['Time'] } } })
    .withTransformation(asMainStat('Value #A'))
    .withTransformation(asMainStat('Value #B'))
  return { width: frame.width, panel }
}

export const tokenFlow: DashboardPlan = {
  uid: 'hopwatch-token-flow',
  title: 'hopwatch: token flow',
  about: 'Where the session token gets lost: every carry from hop to hop.',
  variables: [job(), scenarios(), carryingArm(), lookBack()],
  rows: [
    {
      height: 4,
      panels: [
        stat(
          {
            id: 1,
            title: 'Carries that lose tokens',
            means: 'Hop pairs, with their carrier, over which a token did not arrive as sent, in the chosen arms.',
            act: 'Above 0: they stand first in the table below.',
            width: 8,
            limits: { red: 1 },
            empty: 'no carries yet',
          },
          [{ expr: `sum(${carryLoss(edge, '$arm', window)} > bool 0)` }],
        ),
        stat(
          {
            id: 2,
            title: 'Tokens that did not arrive as sent',
            means: 'Share of all carries of the chosen arms whose token arrived lost, behind, foreign or malformed.',
            act: 'Above 0: see which hop pair below, and which of the four in the panel "What arrived".',
            width: 8,
            page: 'runbooks/hopwatch-token-loss-regression.md',
            unit: percent,
            decimals: 2,
            limits,
            empty: 'no carries yet',
          },
          [{ expr: carryLoss([], '$arm', window) }],
        ),
        stat(
          {
            id: 3,
            title: 'Reads that went without cover',
            means:
              'Share of the reads with a claim whose token on the wire did not cover it. A client that remembers tokens of its own can make up for a lost carry, or not.',
            act: 'Above 0 with no carry lost: the hop was handed the token and did not pass it to the SDK, or a client is made anew for each call.',
            width: 8,
            unit: percent,
            decimals: 2,
            limits,
            empty: 'no reads with a claim yet',
          },
          [{ expr: lossRate([], chosenArms) }],
        ),
      ],
    },
    {
      height: 12,
      panels: [
        graph(),
        table(
          {
            id: 5,
            title: 'Carries, worst first',
            means:
              'What arrived of what was sent, over the time that the tables look back, in the chosen arms. Lost: the share that did not arrive as sent, of those that can be known.',
            act: "gone: the carrier does not pass it on (a header stripped, a cookie refused). behind: an older token overtakes it. malformed: a size limit cuts it. foreign: the workflow's key is wrong.",
            width: 13,
            key: 'edge',
            keyName: 'Carry',
            keyPixels: 330,
            worstFirst: 'Lost',
            page: 'carriers.md',
          },
          columns,
        ),
      ],
    },
    {
      height: 10,
      panels: [
        timeline(
          {
            id: 6,
            title: 'Loss of each carry over time',
            means: 'Share of the tokens that did not arrive as sent, one row a hop pair and carrier.',
            act: 'The row and the time at which the colour changes are the hop and the deployment to look at.',
            width: 24,
            unit: percent,
            decimals: 1,
            limits,
            empty: 'no carries yet',
          },
          [{ expr: carryLoss(edge, '$arm', sincePoint), legend: '{{scenario}}: {{from}} → {{to}} ({{carrier}})' }],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 7,
            title: 'What arrived of what was sent',
            means:
              'Carries a second in the chosen arms, by what arrived. "nothing-to-carry": the hop before had no token, as when its write failed.',
            act: 'lost, behind, foreign, malformed: see the table above for the hop pair. unknown: that hop shows nothing of what it was handed.',
            width: 8,
            unit: 'ops',
            stacked: true,
          },
          [{ expr: sumBy(['token'], rate(series(catalogue.tokenCarries, chosenArms))), legend: '{{token}}' }],
        ),
        lines(
          {
            id: 8,
            title: 'Token on the wire, by reading hop',
            means: 'Share of the reads with a claim that went out without a covering token, each hop.',
            act: 'A hop above 0 whose carries arrive intact does not hand the token to the SDK.',
            width: 8,
            unit: percent,
            reaches: 0.05,
            limits,
          },
          [{ expr: lossRate(['scenario', 'hop'], chosenArms, sincePoint), legend: '{{scenario}}: {{hop}}' }],
        ),
        lines(
          {
            id: 9,
            title: 'Canaries: does the hop pass on what it is handed?',
            means:
              'Reads sent with a token that nothing can satisfy, a second. "answered" (404/1002) is right: the token reached the service.',
            act: "lost: the hop loses tokens, whether or not anything is stale. ignored: the service did not look at the token, see the account's consistency.",
            width: 8,
            page: 'runbooks/hopwatch-canary-lost.md',
            unit: 'ops',
            stacked: true,
            empty: 'no scenario here has a canary arm',
          },
          [{ expr: sumBy(['result'], rate(series(catalogue.canaries))), legend: '{{result}}' }],
        ),
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          {
            id: 10,
            title: 'Size of the token, 99th percentile',
            means:
              'Bytes that a hop sends on, before the carrier touches them. It grows with each partition and region that the session has touched.',
            act: 'Near 4 kB (a cookie, many gateways) or 8 kB (all headers of a request): carry only the token of the partition that is read, or store it and carry a key.',
            width: 12,
            unit: 'bytes',
            limits: { amber: 4096, red: 8192 },
            limitLines: true,
          },
          [
            {
              expr: quantileBy(0.99, ['scenario', 'hop'], rate(series(catalogue.tokenBytes, {}, '_bucket'))),
              legend: '{{scenario}}: {{hop}}',
            },
          ],
        ),
        heat(
          {
            id: 11,
            title: 'Sizes of all tokens',
            means: 'How many tokens of which size were sent on.',
            act: 'A second band above the first: some workflows collect tokens of many partitions.',
            width: 12,
            unit: 'bytes',
          },
          sumBy(['le'], increase(series(catalogue.tokenBytes, {}, '_bucket'), sincePoint)),
        ),
      ],
    },
  ],
}
