import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandsPage } from '../../scripts/commands/page.ts'
import { commandNames } from '../../src/cli/program.ts'
import { root } from '../e2e/process.ts'

describe('docs/commands.md', () => {
  test('is what the commands say of themselves (else: npm run docs:commands)', async () => {
    const page = await commandsPage()
    expect(await readFile(join(root, 'docs/commands.md'), 'utf8')).toBe(page)
    for (const name of commandNames) expect(page).toContain(`\n## ${name}\n`)
  })

  test('docs/troubleshooting.md names only commands and options that there are', async () => {
    const page = await commandsPage()
    const text = await readFile(join(root, 'docs/troubleshooting.md'), 'utf8')
    const used = [...text.matchAll(/`hopwatch ([a-z]+)([^`]*)`/g)]
    expect(used.length).toBeGreaterThan(5)
    for (const [whole, name, rest] of used) {
      expect(commandNames, whole).toContain(name)
      const help = page.slice(page.indexOf(`\n## ${name}\n`)).split('\n## ')[1]!
      for (const [flag] of rest!.matchAll(/--[a-z][a-z0-9-]*/g)) expect(help, whole).toContain(`${flag} `)
    }
  })
})
