import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package whose code is in the bundle. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** Its SPDX expression, as its manifest says. */
  readonly license: string | undefined
  /** SHA-512 of what was downloaded, in base64, as the lockfile says. */
  readonly integrity: string | undefined
  /** Its licence and notices, which ask to go where the code goes. */
  readonly texts: readonly string[]
}

/** The packages that these source files belong to. A version that is in `node_modules` several times is named once. */
export function bundledPackages(root: string, sources: readonly string[]): BundledPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string }>
  }
  const directories = sources.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  const packages = [...new Set(directories)].map((directory): BundledPackage => {
    const manifest = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')) as BundledPackage
    const files = readdirSync(join(root, directory)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    return {
      name: manifest.name,
      version: manifest.version,
      license: manifest.license,
      integrity: lock.packages[directory]?.integrity,
      texts: files.map((file) => readFileSync(join(root, directory, file), 'utf8').trim()),
    }
  })
  const byId = new Map(packages.map((each) => [`${each.name}@${each.version}`, each]))
  return [...byId].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}

export const licencesOf = (packages: readonly BundledPackage[]): string =>
  packages
    .map(({ name, version, license = 'see below', texts }) =>
      [`${name} ${version} (${license})`, ...texts].join('\n\n'),
    )
    .join(`\n\n${'-'.repeat(80)}\n\n`)

/**
 * A bill of materials in CycloneDX 1.5. From the bundle itself, because `npm sbom --omit dev` leaves out packages that
 * development needs too, `zod` and `yaml` among them.
 */
export function billOfMaterials(
  { name, version }: { readonly name: string; readonly version: string },
  packages: readonly BundledPackage[],
): object {
  const runtime = {
    type: 'platform',
    name: 'node',
    version: process.versions.node,
    purl: `pkg:generic/node@${process.versions.node}`,
  }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', name, version, purl: purlOf(name, version) } },
    components: [runtime, ...packages.map(componentOf)],
  }
}

function componentOf({ name, version, license, integrity }: BundledPackage): object {
  const [, group, rest] = /^(@[^/]+)\/(.+)$/.exec(name) ?? []
  const [, digest] = /^sha512-(\S+)$/.exec(integrity ?? '') ?? []
  return {
    type: 'library',
    ...(group && { group }),
    name: rest ?? name,
    version,
    purl: purlOf(name, version),
    ...(license && { licenses: [{ expression: license }] }),
    ...(digest && { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }),
  }
}

const purlOf = (name: string, version: string) => `pkg:npm/${name.replace('@', '%40')}@${version}`
