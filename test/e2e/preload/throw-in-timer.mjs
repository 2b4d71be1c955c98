/** A defect outside of every path that something awaits, when a test asks for it. Its message quotes what no output may show. */
process.on('SIGUSR2', () =>
  setTimeout(() => {
    throw new Error(process.env.PLANTED)
  }),
)
