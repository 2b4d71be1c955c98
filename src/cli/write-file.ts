import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { CommandError, exitCodes } from './command-error.ts'

const ownersOnly = 0o600
const usual = 0o666

/** Writes a file that only its owner may read, whole or not at all. Throws `CommandError` where it cannot be written. */
export const writePrivately = (file: string, text: string): Promise<void> => write(file, text, ownersOnly)

/** Writes a file whole or not at all: a reader never sees a part of it. Throws `CommandError` where it cannot be written. */
export const writeWhole = (file: string, text: string): Promise<void> => write(file, text, usual)

async function write(file: string, text: string, mode: number): Promise<void> {
  const beside = `${file}.${randomBytes(4).toString('hex')}.part`
  try {
    const handle = await open(beside, 'wx', mode)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw cannotWrite(file, error)
  }
}

function cannotWrite(file: string, error: unknown): CommandError {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return new CommandError(
    exitCodes.usage,
    `${file}: cannot be written${code}; name a file in a folder that exists and that you may write to`,
  )
}
