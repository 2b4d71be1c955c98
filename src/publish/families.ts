import type { Registry } from 'prom-client'
import { type Catalogue, catalogue, type MetricDefinition } from './catalogue.ts'
import { MetricFamily, SeriesBudget } from './metric-family.ts'

/** Every metric of the catalogue, ready to be fed. */
export type Families = { readonly [Key in keyof Catalogue]: MetricFamily<Catalogue[Key]['labels']> }

/** Only the latency histogram carries exemplars: they lead from a slow bucket to the run. */
export function createFamilies(registry: Registry, budget: SeriesBudget): Families {
  // The cap is against scenarios by the hundred; whether a target is up must be said in any case.
  const uncapped = new SeriesBudget(Number.POSITIVE_INFINITY)
  const family = (definition: MetricDefinition) =>
    new MetricFamily(
      definition,
      registry,
      definition.labels.includes('scenario') ? budget : uncapped,
      definition.name === catalogue.operationDuration.name,
    )
  return Object.fromEntries(Object.entries(catalogue).map(([key, definition]) => [key, family(definition)])) as Families
}
