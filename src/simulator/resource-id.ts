/** Four bytes a number, base64 with `-` for `/`. SDKs file session tokens under a container's only when it is 8 bytes long. */
export function resourceId(...numbers: readonly number[]): string {
  const bytes = Buffer.alloc(numbers.length * 4)
  for (const [i, number] of numbers.entries()) bytes.writeUInt32BE(number, i * 4)
  return bytes.toString('base64').replaceAll('/', '-')
}

export const resourceBytes = (rid: string): Buffer => Buffer.from(rid.replaceAll('-', '/'), 'base64')

/** Written anew by each call: a buffer of its own would cost more than the id. */
const rest = Buffer.alloc(8)

/** The container's id, then the range and the item's number in it. Clients only compare it. */
export function itemResourceId(container: string, range: string, number: number): string {
  rest.writeUInt32BE(Number(range), 0)
  rest.writeUInt32BE(number, 4)
  return container.replace('=', '') + rest.toString('base64url')
}
