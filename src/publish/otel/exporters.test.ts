import { describe, expect, test } from 'vitest'
import { createLogExporter, createMetricExporter, createTraceExporter } from './exporters.ts'
import { exporterNames, protocols } from './signals.ts'

describe.each(exporterNames)('the exporter %s', (name) => {
  test.each(protocols)('by %s, of each signal', async (protocol) => {
    for (const create of [createTraceExporter, createMetricExporter, createLogExporter]) {
      const exporter = await create(name, protocol)
      expect(exporter.export).toBeTypeOf('function')
      await exporter.shutdown()
    }
  })
})
