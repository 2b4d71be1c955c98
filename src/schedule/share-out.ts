/**
 * Shares `amount` among takers that can each use no more than `room`: equal parts, and what one cannot use goes to the others
 * (max-min fairness; Bertsekas and Gallager, Data Networks, 1992, section 6.5.2). Nobody could get more without taking
 * from somebody who has less.
 */
export function shareOut(rooms: readonly number[], amount: number): number[] {
  const parts = rooms.map(() => 0)
  const smallestFirst = rooms.map((_, index) => index).toSorted((a, b) => rooms[a]! - rooms[b]!)
  let left = amount
  for (const [served, index] of smallestFirst.entries()) {
    const part = Math.min(rooms[index]!, left / (rooms.length - served))
    parts[index] = part
    left -= part
  }
  return parts
}
