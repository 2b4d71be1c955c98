import { type Catalogue, catalogue, type MetricDefinition } from './catalogue.ts'
import { MetricFamily } from './metric-family.ts'
import { SeriesBudget } from './series-budget.ts'

/** Every metric of the catalogue, ready to be fed. */
export type Families = { readonly [Key in keyof Catalogue]: MetricFamily<Catalogue[Key]['labels']> }

/** The cap is against scenarios by the hundred; whether a target is up must be said in any case. */
export function createFamilies(budget: SeriesBudget): Families {
  const uncapped = new SeriesBudget(Number.POSITIVE_INFINITY)
  const family = (definition: MetricDefinition) =>
    new MetricFamily(definition, definition.labels.includes('scenario') ? budget : uncapped)
  return Object.fromEntries(Object.entries(catalogue).map(([key, definition]) => [key, family(definition)])) as Families
}
