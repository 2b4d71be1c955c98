/** What a process of the bench says to its parent: once that it is there, then one answer a question. */
export type FromProcess =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly message: string }

/** Makes this process answer its parent's questions, one after the other, until the parent goes. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names what the parent may ask, at the place that answers
export function answerQuestions<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  const tell = (message: FromProcess) => void process.send?.(message)
  process.on('disconnect', () => process.exit(0))
  process.on('message', (question) => {
    answer(question as Question).then(
      (said) => tell({ kind: 'answer', answer: said }),
      (error: unknown) =>
        tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  tell({ kind: 'ready' })
}

/** Processor time of this process so far, user and system, in milliseconds. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
