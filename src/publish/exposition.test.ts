import { expect, test } from 'vitest'
import { chooseFormat } from './exposition.ts'

test.each([
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/plain', 'text'],
  ['text/html,application/xhtml+xml', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  // What Prometheus 2.42 sends.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  ['application/openmetrics-text;q=0.2, text/plain;q=0.9', 'text'],
  ['application/openmetrics-text;q=0', 'text'],
  ['text/plain, application/openmetrics-text', 'openmetrics'],
])('Accept: %s → %s', (accept, format) => {
  expect(chooseFormat(accept)).toBe(format)
})
