import { posix } from 'node:path'
import type { SourceFile } from './source.ts'

/** What a repository holds, asked by path from its root. */
export interface Repository {
  readonly documents: readonly SourceFile[]
  /** Whether a file or a directory is there. */
  readonly has: (path: string) => boolean
  readonly scripts: ReadonlySet<string>
}

/** Links that lead nowhere, files and commands that are named and are not there: one line each. */
export function documentProblems({ documents, has, scripts }: Repository): string[] {
  const anchors = new Map(documents.map(({ path, text }) => [path, anchorsOf(text)]))
  return documents.flatMap(({ path, text }) => {
    const prose = withoutFences(text)
    const links = linksOf(prose).flatMap((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file))
      if (!has(target)) return [`${path}: ${link} is not there`]
      const known = anchors.get(target)
      return anchor === undefined || known === undefined || known.has(anchor) ? [] : [`${path}: no heading ${link}`]
    })
    const named = pathsIn(prose).filter((name) => !has(name) && !has(posix.join(posix.dirname(path), name)))
    const commands = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script = '']) => script)
    return [
      ...links,
      ...named.map((name) => `${path}: names ${name}, which is not there`),
      ...commands.filter((script) => !scripts.has(script)).map((script) => `${path}: npm run ${script} is no script`),
    ]
  })
}

/** Pages below a directory that its index does not lead to. */
export const unlistedPages = (index: SourceFile, paths: readonly string[]): string[] => {
  const directory = posix.dirname(index.path)
  const listed = new Set(linksOf(index.text).map((link) => posix.join(directory, link.replace(/#.*/, ''))))
  return paths.filter((path) => path !== index.path && posix.dirname(path) === directory && !listed.has(path))
}

/** As GitHub makes them: letters, digits, dashes and underscores of the heading; a second one of the same words gets a number. */
export function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>()
  return new Set(
    [...withoutFences(text).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = '']) => {
      const slug = heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
        .replaceAll(' ', '-')
      const count = seen.get(slug) ?? 0
      seen.set(slug, count + 1)
      return count === 0 ? slug : `${slug}-${count}`
    }),
  )
}

/** Links within the repository, pictures included; those to other hosts are for a reader with a network. */
const linksOf = (prose: string): string[] =>
  [...prose.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)/g)]
    .map(([, target = '']) => decodeURI(target))
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))

const rooms = 'src|docs|test|bench|scripts|examples|dashboards|scenarios|helm|schema'

/** What code spans name as a path from the root; a pattern or a placeholder is no path. */
const pathsIn = (prose: string): string[] =>
  [...prose.matchAll(/`([^`\n]+)`/g)]
    .flatMap(([, span = '']) => [...span.matchAll(namedPath)])
    .filter(([, , next]) => next === '')
    .map(([, path = '']) => path.replace(/[.]$/, ''))

const namedPath = new RegExp(`(?<![\\w/.-])((?:${rooms})/[\\w./-]*)([*<{…$]?)`, 'g')

const withoutFences = (text: string): string => text.replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?^\1 *$/gm, '')
