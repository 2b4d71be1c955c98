/** Four bytes a number, base64 with `-` for `/`. SDKs file session tokens under a container's only when it is 8 bytes long. */
export function resourceId(...numbers: readonly number[]): string {
  const bytes = Buffer.alloc(numbers.length * 4)
  for (const [i, number] of numbers.entries()) bytes.writeUInt32BE(number, i * 4)
  return bytes.toString('base64').replaceAll('/', '-')
}

export const resourceBytes = (rid: string): Buffer => Buffer.from(rid.replaceAll('-', '/'), 'base64')

/** The container's bytes, then the range and the item's number in it. */
export function itemResourceId(container: string, range: string, number: number): string {
  const owner = resourceBytes(container)
  return resourceId(owner.readUInt32BE(0), owner.readUInt32BE(4), Number(range), number)
}
