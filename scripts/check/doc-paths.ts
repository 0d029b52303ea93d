// Every file that a page names exists: as a link, or as a path from the root, anywhere in the text.

import { existsSync, globSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import type { Findings } from './findings.ts'
import type { Repository } from './repository.ts'

const pages = /^(?:[^/]+|docs\/.+|packages\/.+|services\/.+|scenarios\/.+|bench\/.+)\.md$/
const link = /\]\((?!\w+:|#|\/\/)([^)\s#]+)/g

/** Names every path in a page that leads nowhere. `*` and `{a,b}` must match at least one file. */
export function docPaths(repository: Repository): Findings {
  const fromRoot = pathsFromRoot(repository)
  const found = repository.paths
    .filter((path) => pages.test(path))
    .map((page) => ({ page, named: namedIn(page, repository.text(page), fromRoot) }))
  const problems = found.flatMap(({ page, named }) =>
    named.filter((path) => !exists(repository.root, path)).map((path) => `${page}: ${path}`),
  )
  const count = found.reduce((sum, { named }) => sum + named.length, 0)
  return { problems, note: `${count} paths in ${found.length} pages` }
}

// A word that begins with a top-level folder, or one that is spelled as a file at the root.
function pathsFromRoot({ paths }: Repository): RegExp {
  const tops = [...new Set(paths.filter((path) => path.includes('/')).map(firstPart))]
  const inFolder = `(?:${tops.map((name) => name.replaceAll('.', String.raw`\.`)).join('|')})/[\\w.*{},/@-]*`
  const atRoot = '(?:[A-Z]{4,}\\.md|[\\w-]+\\.(?:config|base)\\.\\w+|docker-compose\\.yml)'
  return new RegExp(`(?<![\\w./@:~-])(?:${inFolder}|${atRoot})`, 'g')
}

function firstPart(path: string): string {
  return path.slice(0, path.indexOf('/'))
}

function namedIn(page: string, text: string, fromRoot: RegExp): string[] {
  const links = [...text.matchAll(link)].map(([, target = '']) =>
    normalize(join(dirname(page), decodeURI(target))),
  )
  const words = [...text.replaceAll(link, '').matchAll(fromRoot)].map(([word]) =>
    word.replace(/[.,]+$/, ''),
  )
  return [...new Set([...links, ...words])]
}

function exists(folder: string, path: string): boolean {
  if (/[*{]/.test(path)) return globSync(path, { cwd: folder }).length > 0
  return existsSync(join(folder, path))
}
