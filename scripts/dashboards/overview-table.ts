import { catalogue } from '../../src/publish/catalogue.ts'
import { leastAllowedShare } from '../../src/publish/rules/thresholds.ts'
import { burn, judged, lossRate, readOperations, stale, staleRate, state } from './figures.ts'
import { toScenario } from './frame.ts'
import { colours, type Placeable, words, wordsBetween } from './panels.ts'
import { increase, maxBy, rate, series, sumBy, wilson, window } from './promql.ts'
import { type Column, table } from './tables.ts'

const by = ['scenario'] as const
const percent = 'percentunit'

export const stateWords = [
  words({ 0: ['kept', colours.green], 1: ['losing tokens', colours.amber] }),
  wordsBetween(2, 3, 'stale reads', colours.red),
  wordsBetween(4, null, 'broken promise', colours.broken),
]

const quantile = (which: string): string =>
  maxBy(by, series(catalogue.operationQuantile, { quantile: which, operation: readOperations }))
const retries = (reason: string | { not: string[] }): string =>
  sumBy(by, increase(series(catalogue.retries, { arm: 'propagated', reason })))
export const requestUnits = sumBy(by, rate(series(catalogue.requestUnits), window))
const lastFinding =
  `1000 * (max by (scenario) (max_over_time(${series(catalogue.lastFinding)}[$__range]))` +
  ` or 0 * ${maxBy(by, series(catalogue.runs))})`

const columns: readonly Column[] = [
  { name: 'State', expr: state(), mappings: stateWords, pixels: 125, empty: 'no runs' },
  { name: 'Stale', expr: staleRate(by), unit: percent, decimals: 2, limits: { amber: 1e-6, red: 0.01 }, pixels: 75 },
  { name: '95 % from', expr: wilson('low', stale(by), judged(by)), unit: percent, decimals: 2, pixels: 85 },
  { name: '95 % to', expr: wilson('high', stale(by), judged(by)), unit: percent, decimals: 2, pixels: 75 },
  {
    name: 'Token loss',
    expr: lossRate(by),
    unit: percent,
    decimals: 2,
    limits: { amber: 1e-6, red: 0.01 },
    pixels: 90,
  },
  {
    name: 'Burn',
    expr: burn(staleRate(by), 'staleReads'),
    decimals: 1,
    limits: { amber: 1, red: 6 },
    pixels: 65,
    empty: 'none',
  },
  {
    name: 'Protection',
    expr: maxBy(by, series(catalogue.tokenProtection, { bound: 'point' })),
    unit: percent,
    decimals: 1,
    pixels: 95,
    empty: 'not known',
  },
  { name: 'p50', expr: quantile('0.5'), unit: 's', pixels: 75 },
  { name: 'p95', expr: quantile('0.95'), unit: 's', pixels: 75 },
  { name: 'p99', expr: quantile('0.99'), unit: 's', pixels: 75 },
  { name: 'RU/s', expr: requestUnits, decimals: 1, pixels: 65 },
  { name: 'RU/day', expr: `86400 * ${requestUnits}`, unit: 'short', pixels: 80 },
  { name: 'Session retries', expr: retries('session'), decimals: 0, limits: { amber: 0.5, red: 100 }, pixels: 115 },
  { name: 'Throttled', expr: retries('throttle'), decimals: 0, limits: { amber: 0.5, red: 100 }, pixels: 85 },
  {
    name: 'Other retries',
    expr: retries({ not: ['session', 'throttle'] }),
    decimals: 0,
    limits: { amber: 0.5, red: 100 },
    pixels: 105,
  },
  {
    name: 'Last finding',
    expr: lastFinding,
    unit: 'dateTimeFromNow',
    mappings: [words({ 0: ['none', colours.green] })],
    limits: { amber: 1 },
    pixels: 125,
  },
]

/** Each journey on one line. */
export const journeys: Placeable = table(
  {
    id: 7,
    title: 'Journeys, worst first',
    means: `Everything about each journey on one line, in the arm that carries the token. Stale: stale or missing reads as a share of the judged ones, with its 95 % interval (Wilson). Burn: stale rate against the objective, 1 spends exactly what it allows; an objective below ${leastAllowedShare * 100} % counts as ${leastAllowedShare * 100} %. Protection: how much more stale the reads are where the token is withheld, "not known" where nothing is stale there either, or nothing is withheld. Latencies are those of the slowest reading hop, all arms. Retries are counts.`,
    act: 'Open the first row that is not green. Stale with tokens intact is the service; stale or fresh without them is a hop of yours.',
    width: 24,
    key: 'scenario',
    keyName: 'Scenario',
    worstFirst: 'State',
    link: toScenario,
    page: 'dashboards/README.md',
  },
  columns,
)
