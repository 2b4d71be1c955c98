import { type DestinationStream, type Logger, pino, destination as toDescriptor } from 'pino'
import { logLineForPeople } from './log-for-people.ts'
import { scrub } from './scrub.ts'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LoggerOptions {
  readonly level: LogLevel
  /** Where the lines go; standard output unless given. */
  readonly destination?: DestinationStream
  /** Whether somebody at a terminal reads them, rather than a program. */
  readonly isForPeople?: boolean
  /** Sees the lines besides, as JSON. */
  readonly tap?: LineTap
}

/** Who looks at each line of a log, as it is printed; undefined: nobody. */
export class LineTap {
  listener: ((line: string) => void) | undefined
}

/** Fields that hold secrets wherever they occur; nobody logs them on purpose. */
const secretFields = [
  'key',
  'authorization',
  'Authorization',
  'sessionToken',
  'connectionString',
  'apiToken',
  'password',
]
const secretHeaders = ['["x-ms-session-token"]', 'authorization', '["x-ms-cosmos-resource-token"]']

/** What is kept of lines that cannot be written now. */
const keptBytesMax = 1_000_000

/** A disk that is full or a terminal that is gone costs lines, never the service that writes them. */
function standardOutput(): DestinationStream {
  const stream = toDescriptor({ fd: 1, sync: true, maxLength: keptBytesMax })
  stream.on('error', () => {})
  return stream
}

/**
 * JSON lines with ISO times. Two nets under the code that logs no secret anyway: secret fields are removed by name, and every
 * line is scrubbed by shape (`scrub`) as it leaves.
 */
export function createLogger({
  level,
  destination = standardOutput(),
  isForPeople = false,
  tap,
}: LoggerOptions): Logger {
  const scrubbed: DestinationStream = {
    write: (text: string) => {
      const line = scrub(text)
      destination.write(isForPeople ? logLineForPeople(line) : line)
      tap?.listener?.(line)
    },
  }
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
      redact: {
        paths: [
          ...secretFields.flatMap((field) => [field, `*.${field}`]),
          ...secretHeaders.map((header) => (header.startsWith('[') ? `headers${header}` : `headers.${header}`)),
        ],
        censor: '[removed]',
      },
    },
    scrubbed,
  )
}
export type { Logger } from 'pino'
