import type { Command } from 'commander'
import { schemaText } from '../scenario/schema.ts'
import { type ExitCode, exitCodes } from './command-error.ts'

export function addSchema(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('schema')
    .description('print the JSON Schema of a scenario file, for editors')
    .action(() => {
      process.stdout.write(schemaText())
      done(exitCodes.ok)
    })
}
