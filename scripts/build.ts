/**
 * `npm run build`: hopwatch as a few JavaScript files in `dist/`, for the image. Each command, the OpenTelemetry SDK and the
 * sign-in libraries stay files of their own, which are read only when they are needed: all of it together takes twice as long to start.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { billOfMaterials, bundledPackages, licencesOf } from './image/bundled-packages.ts'

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

/** undici's index brings fetch, WebSocket, caches and more, a fifth of all code; of these only the agent is used. */
const undiciAgent: Plugin = {
  name: 'undici-agent',
  setup(builder) {
    builder.onResolve({ filter: /^undici$/ }, ({ resolveDir }) => ({
      path: 'undici',
      namespace: 'agent',
      pluginData: resolveDir,
    }))
    builder.onLoad({ filter: /.*/, namespace: 'agent' }, ({ pluginData }) => ({
      contents: "export { default as Agent } from 'undici/lib/dispatcher/agent.js'",
      resolveDir: pluginData as string,
    }))
  },
}

/** CommonJS packages ask for these; the names of the imports are such that no package declares them too. */
const banner = `import { createRequire as hopwatchRequire } from 'node:module'
const require = hopwatchRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname
`

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
  alias: {
    // Its ES modules load gRPC by a `require` made at run time, which finds no node_modules beside a bundle.
    '@opentelemetry/otlp-grpc-exporter-base': join(
      root,
      'node_modules/@opentelemetry/otlp-grpc-exporter-base/dist/index.cjs',
    ),
  },
  plugins: [threads, undiciAgent],
  metafile: true,
  logLevel: 'warning',
})
writeFileSync(join(dist, 'package.json'), '{"type":"module"}\n')
const packages = bundledPackages(root, Object.keys(metafile.inputs))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string }
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), `${licencesOf(packages)}\n`)
writeFileSync(join(dist, 'sbom.cdx.json'), `${JSON.stringify(billOfMaterials(manifest, packages), null, 2)}\n`)
