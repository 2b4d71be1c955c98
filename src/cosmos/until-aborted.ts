export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed'
}

/**
 * The promise, or `DeadlinePassed` as soon as the signal fires. The SDK does not notice a signal while it sleeps between
 * two tries, nor a credential while it looks for a token; what they do later is nobody's any more.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DeadlinePassed('the deadline passed before an answer came'))
    signal.addEventListener('abort', abort, { once: true })
    promise.then(
      (value) => {
        signal.removeEventListener('abort', abort)
        resolve(value)
      },
      (error: unknown) => {
        signal.removeEventListener('abort', abort)
        reject(error)
      },
    )
  })
}
