import type { RequestEntry, ServedRange } from '../simulator/journal.ts'

/** Whether a replica said what it knows: of the document, or that there is none. */
export const isAnswered = ({ status, substatus, connection }: RequestEntry): boolean =>
  connection === undefined && (status === 200 || status === 207 || status === 304 || (status === 404 && !substatus))

/** Success, and the refusals that a replica decided; an answer that a fault put in their place brings no token. */
const bringsToken = ({ status, substatus, connection }: RequestEntry): boolean =>
  connection === undefined && (status < 400 || (status === 404 && !substatus) || status === 409 || status === 412)

const nothing: readonly ServedRange[] = []

/** Of each range, what an answer's token told of the replica that answered. */
export const told = (answer: RequestEntry | undefined): readonly ServedRange[] =>
  answer === undefined || !bringsToken(answer) ? nothing : (answer.served ?? nothing)

/** What a whole operation told: a query may be answered page by page, but one that fails shows what came last only. */
export function toldByAll(requests: readonly RequestEntry[]): readonly ServedRange[] {
  const last = requests.at(-1)
  if (requests.length <= 1 || last === undefined || !isAnswered(last)) return told(last)
  return requests.filter(isAnswered).flatMap(told)
}
