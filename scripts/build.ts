/**
 * `npm run build`: hopwatch as a few JavaScript files in `dist/`, for the image. Each command, the OpenTelemetry SDK and the
 * sign-in libraries stay files of their own, which are read only when they are needed: all of it together takes twice as long to start.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/** By the name of the file that each becomes: what is started by its path, the threads among them. */
const entries: Readonly<Record<string, string>> = {
  hopwatch: 'src/main.ts',
  healthcheck: 'scripts/image/healthcheck.ts',
  'simulator-worker': 'src/simulator/worker-entry.ts',
  'explore-worker': 'src/explore/worker-entry.ts',
}

/** A thread's source is named relative to the file that starts it; in the bundle both lie in one directory. */
const threads: Plugin = {
  name: 'threads',
  setup(builder) {
    builder.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const contents = text.replaceAll(
        /new URL\('(\.{1,2}\/[^']+\.ts)', import\.meta\.url\)/g,
        (_, specifier: string) => {
          const source = relative(root, join(dirname(path), specifier))
          const [name] = Object.entries(entries).find(([, entry]) => entry === source) ?? []
          if (name === undefined)
            throw new Error(`${source} is started by its path: add it to the entries of the build`)
          return `new URL('./${name}.js', import.meta.url)`
        },
      )
      return { contents, loader: 'ts' }
    })
  },
}

/** CommonJS packages ask for these; the names of the imports are such that no package declares them too. */
const banner = `import { createRequire as hopwatchRequire } from 'node:module'
const require = hopwatchRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname
`

/** The directories of the packages whose code is in the bundle. */
const packagesIn = (inputs: readonly string[]): string[] =>
  [...new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))].toSorted()

/** The licences ask to go where the code goes. */
function licencesOf(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')) as Package
  const files = readdirSync(join(root, directory)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
  const texts = files.map((file) => readFileSync(join(root, directory, file), 'utf8').trim())
  return [`${name} ${version} (${license ?? 'see below'})`, ...texts].join('\n\n')
}

interface Package {
  readonly name: string
  readonly version: string
  readonly license?: string
}

rmSync(dist, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: Object.entries(entries).map(([out, source]) => ({ in: source, out })),
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Names stay as they are, for whoever reads a stack.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  banner: { js: banner },
  plugins: [threads],
  metafile: true,
  logLevel: 'warning',
})
writeFileSync(join(dist, 'package.json'), '{"type":"module"}\n')
const licences = packagesIn(Object.keys(metafile.inputs)).map(licencesOf)
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), `${licences.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`)
