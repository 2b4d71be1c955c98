/** What the three kinds of exporters have in common. */
interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void
  forceFlush?(): Promise<void>
  shutdown(): Promise<void>
}

interface ExportResult {
  /** 0: the receiver took it. */
  readonly code: number
  readonly error?: Error
}

/**
 * Counts the batches that the receiver did not take, and says nothing of them to the SDK, whose own word for each would fill the log: they are
 * lost either way, and `onError` has been told why.
 */
export function countFailures<Items, Of extends Exporter<Items>>(
  exporter: Of,
  onError: (error: Error | undefined) => void,
): Of {
  const exportItems = exporter.export.bind(exporter)
  exporter.export = (items, done) => {
    exportItems(items, (result) => {
      if (result.code !== 0) onError(result.error)
      done({ code: 0 })
    })
  }
  return exporter
}
