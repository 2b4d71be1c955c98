import { writeSync } from 'node:fs'
import { registerHooks } from 'node:module'

/** Says at the end which packages were loaded, for a test that asks for what must not be. */
const loaded = new Set()
registerHooks({
  load: (url, context, next) => {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? []
    if (name) loaded.add(name)
    return next(url, context)
  },
})
process.on('exit', () => writeSync(2, `\nloaded: ${[...loaded].join(' ')}\n`))
