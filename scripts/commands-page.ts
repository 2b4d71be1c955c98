/** Writes docs/commands.md anew. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandsPage } from './commands/page.ts'

writeFileSync(join(import.meta.dirname, '../docs/commands.md'), await commandsPage())
process.stdout.write('docs/commands.md is written\n')
