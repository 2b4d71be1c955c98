import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** A selector of an expression: the metric, and the labels that it matches on. */
interface Selector {
  readonly metric: string
  readonly labels: readonly string[]
}

interface Parsed {
  /** Where Prometheus' own grammar stumbles; empty: it parses. */
  readonly errors: readonly string[]
  readonly selectors: readonly Selector[]
  /** Labels that are grouped by, or that label_replace and label_join read. */
  readonly grouped: readonly string[]
}

export function parsePromql(expr: string): Parsed {
  const errors: string[] = []
  const selectors: Selector[] = []
  const grouped: string[] = []
  const text = (node: SyntaxNode) => expr.slice(node.from, node.to)
  parser.parse(expr).iterate({
    enter: ({ node, type, from, to }) => {
      if (type.isError) errors.push(`at ${from}: ${expr.slice(from, Math.max(to, from + 20))}`)
      if (type.name === 'VectorSelector') {
        const metric = node.getChild('Identifier')
        const labels: string[] = []
        node.cursor().iterate((inner) => {
          if (inner.type.name === 'LabelName') labels.push(text(inner.node))
        })
        selectors.push({ metric: metric ? text(metric) : '', labels })
      }
      if (type.name === 'GroupingLabels')
        node.cursor().iterate((inner) => {
          if (inner.type.name === 'LabelName') grouped.push(text(inner.node))
        })
    },
  })
  return { errors, selectors, grouped }
}
