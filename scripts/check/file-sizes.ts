// A file that is opened can be read: none over 300 lines, and half of the TypeScript under 80.

import type { Findings } from './findings.ts'
import type { Repository } from './repository.ts'

const linesMax = 300
const medianMax = 80

// Data are as long as the world they describe, and nobody reads what a program writes.
const judged = /\.(?:ts|js|sql|sh|css|html|yml|md)$|(?:^|\/)[^./]+$/
const exempt =
  /\.gen\.ts$|^docs\/reference\/|^packages\/schema\/(?:codes|vectors)\/|^LICENSE$|^CHANGELOG\.md$/

/** Names the files that are too long; tells the median, which fails over 80 lines. */
export function fileSizes({ paths, text }: Repository): Findings {
  const sized = paths
    .filter((path) => judged.test(path) && !exempt.test(path))
    .map((path) => ({ path, lines: text(path).split('\n').length - 1 }))
  const problems = sized
    .filter(({ lines }) => lines > linesMax)
    .map(({ path, lines }) => `${path}: ${lines} lines, at most ${linesMax}`)
  const typeScript = sized.filter(({ path }) => path.endsWith('.ts')).map(({ lines }) => lines)
  const median = typeScript.sort((a, b) => a - b)[Math.floor(typeScript.length / 2)] ?? 0
  if (median > medianMax) problems.push(`median ${median} lines, at most ${medianMax}`)
  return { problems, note: `${typeScript.length} .ts files, median ${median} lines` }
}
