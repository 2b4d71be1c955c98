/** What a command is doing now: one line on a terminal that is written over; elsewhere, as in CI, a line now and then. */
export interface Progress {
  show(text: string): void
  end(): void
}

/** At most this often, so that printing does not slow down what it reports. */
const everyMs = 100
/** In a log each line stays. */
const loggedEveryMs = 30_000

export function progressLine(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  nowMs: () => number = () => performance.now(),
): Progress {
  let shownAtMs = stream.isTTY ? Number.NEGATIVE_INFINITY : nowMs()
  const isDue = (periodMs: number): boolean => {
    const now = nowMs()
    if (now - shownAtMs < periodMs) return false
    shownAtMs = now
    return true
  }
  if (!stream.isTTY) {
    return {
      show: (text) => {
        if (isDue(loggedEveryMs)) stream.write(`${text}\n`)
      },
      end: () => {},
    }
  }
  return {
    show: (text) => {
      if (isDue(everyMs)) stream.write(`\r\u001b[2K${text}`)
    },
    end: () => void stream.write('\r\u001b[2K'),
  }
}
