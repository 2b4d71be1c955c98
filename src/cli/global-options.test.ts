import { expect, test } from 'vitest'
import { commandFirst } from './global-options.ts'

const commands = ['serve', 'check']

test.each([
  ['check a', 'check a'],
  ['--scenarios mine check a --runs 3', 'check --scenarios mine a --runs 3'],
  ['--config=h.yaml --log-level warn check', 'check --config=h.yaml --log-level warn'],
  ['--scenarios mine', '--scenarios mine'],
  ['--scenarios check', '--scenarios check'],
  ['--listen 127.0.0.1:0 check', '--listen 127.0.0.1:0 check'],
  ['--scenarios mine chekc', '--scenarios mine chekc'],
  ['', ''],
])('global options before a command go behind it: %s', (written, read) => {
  expect(commandFirst(written.split(' '), commands)).toEqual(read.split(' '))
})
