/** One line on a terminal that is written over; nothing where nobody watches. */
export interface Progress {
  show(text: string): void
  end(): void
}

/** At most this often, so that printing does not slow down what it reports. */
const everyMs = 100

export function progressLine(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { show: () => {}, end: () => {} }
  let shownAtMs = Number.NEGATIVE_INFINITY
  return {
    show: (text) => {
      const nowMs = performance.now()
      if (nowMs - shownAtMs < everyMs) return
      shownAtMs = nowMs
      stream.write(`\r\u001b[2K${text}`)
    },
    end: () => void stream.write('\r\u001b[2K'),
  }
}
