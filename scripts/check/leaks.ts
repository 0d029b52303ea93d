// What must not be committed: the folders of somebody's machine.

import type { Findings } from './findings.ts'
import type { Repository } from './repository.ts'

const machinePath = /(?<![\w.~-])\/(?:work|root)\/|\/tmp\/bash/

/** Names each line with a machine's path. */
export function leaks({ paths, text }: Repository): Findings {
  const problems = paths.flatMap((path) => {
    const lines = text(path).split('\n')
    return lines.flatMap((line, index) =>
      machinePath.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
    )
  })
  return { problems }
}
