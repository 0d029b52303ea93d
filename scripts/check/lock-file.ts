// npm ci accepts a lock file only when it lists every package, also those for other machines. A registry
// that does not have some of these makes npm install leave them out, without a word.

import type { Findings } from './findings.ts'
import type { Repository } from './repository.ts'

export interface LockEntry {
  readonly version?: string
  readonly resolved?: string
  readonly dev?: boolean
  readonly license?: string
  readonly engines?: object
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface LockFile {
  readonly packages: Record<string, LockEntry>
}

/** Names packages that package-lock.json needs and does not have, and addresses of a registry in it. */
export function lockFile({ text }: Repository): Findings {
  const { packages } = JSON.parse(text('package-lock.json')) as LockFile
  const missing = missingFrom({ packages })
  // An address would send every clone to that registry.
  const tied = Object.entries(packages).filter(([, { resolved }]) => resolved?.startsWith('http'))
  return {
    problems: [
      ...missing.map(({ name }) => `${name} is missing: run node scripts/complete-lock.ts`),
      ...tied.map(([path, { resolved }]) => `${path} is tied to ${resolved}`),
    ],
  }
}

/** Optional dependencies without an entry, each with the entry that asks for it. */
export function missingFrom({
  packages,
}: LockFile): { name: string; version: string; by: LockEntry }[] {
  const known = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)))
  return Object.values(packages).flatMap((by) =>
    Object.entries(by.optionalDependencies ?? {})
      .filter(([name]) => !known.has(name))
      .map(([name, version]) => ({ name, version, by })),
  )
}
