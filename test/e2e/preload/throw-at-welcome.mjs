/** A defect in the command itself, when the service already runs: at the first words to whoever has started it. */
const write = process.stderr.write.bind(process.stderr)
process.stderr.write = (chunk, ...rest) => {
  if (!String(chunk).includes('hopwatch 0.')) return write(chunk, ...rest)
  process.stderr.write = write
  throw new Error(process.env.PLANTED)
}
