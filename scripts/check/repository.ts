// The files that are, or are about to be, committed: all that git does not ignore, with their text.

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../system/paths.ts'

export interface Repository {
  readonly root: string
  /** Paths from the root, with slashes. */
  readonly paths: readonly string[]
  /** The text of a file; of one that is no text, its bytes as best as they go. */
  readonly text: (path: string) => string
}

/** Reads this repository. Needs git, also in a clone that belongs to another user. */
export async function readRepository(folder: string = root): Promise<Repository> {
  const listing = execFileSync(
    'git',
    ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  const texts = new Map<string, string>()
  await Promise.all(
    [...new Set(listing.split('\0'))].filter(Boolean).map(async (path) => {
      // Listed and gone: deleted, and the deletion not committed yet.
      const text = await readFile(join(folder, path), 'utf8').catch(() => undefined)
      if (text !== undefined) texts.set(path, text)
    }),
  )
  return {
    root: folder,
    paths: [...texts.keys()].sort(),
    text: (path) => texts.get(path) ?? '',
  }
}
