// Loaded into the process that is soaked: moves its wall clock when told, and tells what it holds after a collection.
const now = Date.now
let offsetMs = 0
Date.now = () => now() + offsetMs

process.on('message', (message) => {
  if ('moveWallMs' in message) offsetMs += message.moveWallMs
  else {
    globalThis.gc()
    const resources = process.getActiveResourcesInfo()
    process.send({
      heapBytes: process.memoryUsage().heapUsed,
      timers: resources.filter((kind) => kind === 'Timeout' || kind === 'Immediate').length,
      sockets: resources.filter((kind) => /TCP|Pipe|Socket/.test(kind)).length,
    })
  }
})
// It must not keep a process alive that has stopped.
process.channel.unref()
