import type { SourceFile } from './source.ts'

const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/

/** Source and test files and folders, the scenarios among them, are named in kebab case. */
export function badNames(paths: readonly string[]): string[] {
  return paths
    .filter((path) => /^(?:src|test|bench|scripts|scenarios)\//.test(path))
    .filter((path) => path.split('/').some((part) => !kebab.test(part) && part !== 'README.md'))
}

const traces: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a registry host', /\bregistry\.[a-z]+js\.org\b|\bregistry\.yarnpkg\b|\bnpm\.pkg\.|\bpkgs\.dev\.azure\b/],
  ['a path of one machine', /(?<![\w.\-/*:])\/(?:work|root)\//],
]

/** Hosts and paths that hold on one machine only. */
export function machineTraces(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    traces.filter(([, pattern]) => pattern.test(text)).map(([what]) => `${path}: ${what}`),
  )
}

/**
 * A lockfile must not say where packages came from: the next machine has another registry. And it must name the optional
 * packages of every platform, or `npm ci` refuses it on all of them.
 */
export function lockfileProblems(text: string): string[] {
  const { packages = {} } = JSON.parse(text) as {
    packages?: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
    ),
  )
  return [
    ...(/"resolved"\s*:/.test(text)
      ? ['package-lock.json: "resolved" (omit-lockfile-registry-resolved in .npmrc was not heeded)']
      : []),
    ...missing.map((name) => `package-lock.json: no entry of ${name}, so npm ci fails (npm run lockfile adds it)`),
  ]
}

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Each dependency pinned exactly and explained in one line of docs/decisions/dependencies.md, and no line without its dependency. */
export function dependencyProblems(manifest: Manifest, decisions: string): string[] {
  const versions = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
  const rows = decisions.split('\n').filter((line) => /^\| `|^- `/.test(line))
  const explained = new Set(
    rows.flatMap((row) => {
      const names = row.startsWith('|') ? row.split('|')[1]! : row.split(':')[0]!
      return [...names.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)
    }),
  )
  return [
    ...Object.entries(versions)
      .filter(([, version]) => !/^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
      .map(([name, version]) => `package.json: ${name} ${version} is not pinned exactly`),
    ...Object.keys(versions)
      .filter((name) => !explained.has(name))
      .map((name) => `docs/decisions/dependencies.md: no line for ${name}`),
    ...[...explained]
      .filter((name) => !(name in versions))
      .map((name) => `docs/decisions/dependencies.md: ${name} is gone`),
  ]
}
