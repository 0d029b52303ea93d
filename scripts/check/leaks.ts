// What must not be committed: the folders of somebody's machine, and a registry's address in the lock
// file, which would send every clone to that registry.

import type { Findings } from './findings.ts'
import type { Repository } from './repository.ts'

const machinePath = /(?<![\w.~-])\/(?:work|root)\/|\/tmp\/bash/
const registryAddress = /"resolved": "https?:/

/** Names each line with a machine's path, and each with an address in package-lock.json. */
export function leaks({ paths, text }: Repository): Findings {
  const problems = paths.flatMap((path) => {
    const pattern = path.endsWith('package-lock.json') ? registryAddress : machinePath
    const lines = text(path).split('\n')
    return lines.flatMap((line, index) =>
      pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
    )
  })
  return { problems }
}
