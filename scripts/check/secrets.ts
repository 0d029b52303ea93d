// Keys and passwords that nobody meant to commit: what secretlint knows by its form, and our own keys.

import { join } from 'node:path'
import type { Findings } from './findings.ts'
import type { Repository } from './repository.ts'
import { runTool } from './run-tool.ts'

// An example on a page has one letter throughout.
const apiKey = /\brk_[0-9a-f]{16}_(?!(.)\1{42})[\w-]{43}\b/

/** Names each place of a secret; the secret itself is not repeated. */
export async function secrets({ root, paths, text }: Repository): Promise<Findings> {
  const files = paths.map((path) => join(root, path))
  const plain = ['--no-glob', '--no-gitignore', '--no-color', '--no-terminalLink']
  const { problems } = await runTool('secretlint', [...plain, ...files])
  const own = paths.flatMap((path) =>
    text(path)
      .split('\n')
      .flatMap((line, index) => (apiKey.test(line) ? [`${path}:${index + 1}: an API key`] : [])),
  )
  return { problems: [...problems, ...own], note: `${paths.length} files` }
}
