// Rules on imports that lint cannot express, or that a comment could switch off: who may talk to
// Postgres, and that what runs in production is declared where it is used.

import type { Findings } from './findings.ts'
import type { Repository } from './repository.ts'

const databasePackages = ['pg', 'kysely']
const mayTalkToPostgres = /^packages\/(?:db|testkit)\//
const isTest = /\.test\.ts$|\/test\/|^test\//
const statement =
  /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm

interface Import {
  readonly path: string
  readonly packageName: string
  readonly typeOnly: boolean
}

/** Names each import of Postgres' clients outside packages/db, and each undeclared dependency. */
export function imports(repository: Repository): Findings {
  const all = repository.paths
    .filter((path) => path.endsWith('.ts') && !isTest.test(path))
    .flatMap((path) => importsOf(path, repository.text(path)))
  return {
    problems: [
      ...all
        .filter(({ path }) => !mayTalkToPostgres.test(path))
        .filter(({ packageName }) => databasePackages.includes(packageName))
        .map(({ path, packageName }) => `${path}: only packages/db imports ${packageName}`),
      ...undeclared(repository, all),
    ],
    note: `${all.length} imports of packages`,
  }
}

function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(statement)].flatMap(([, type, fixed, dynamic]) => {
    const specifier = fixed ?? dynamic ?? ''
    if (/^\.|^node:/.test(specifier)) return []
    const packageName = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
    return [{ path, packageName, typeOnly: type !== undefined }]
  })
}

// An installation without development dependencies has only what the manifests of the packages list.
function undeclared(repository: Repository, all: readonly Import[]): string[] {
  const lists = new Map<string, Set<string>>()
  const declared = (folder: string): Set<string> => {
    const known = lists.get(folder) ?? new Set(dependenciesOf(repository, folder))
    lists.set(folder, known)
    return known
  }
  const missing = all.flatMap(({ path, packageName, typeOnly }) => {
    const folder = /^(?:packages|services)\/[^/]+/.exec(path)?.[0]
    if (typeOnly || folder === undefined || folder === 'packages/testkit') return []
    return declared(folder).has(packageName) ? [] : [`${folder}/package.json: ${packageName}`]
  })
  return [...new Set(missing)].map((line) => `${line} is imported and not declared`)
}

function dependenciesOf({ text }: Repository, folder: string): string[] {
  const manifest = JSON.parse(text(`${folder}/package.json`)) as {
    dependencies?: Record<string, string>
  }
  return Object.keys(manifest.dependencies ?? {})
}
