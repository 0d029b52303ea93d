// npm run check: everything that can be said about the files without running them. A line per step;
// details only of what fails. `npm run check -- lint types` runs these steps only.

import { performance } from 'node:perf_hooks'
import { docPaths } from './check/doc-paths.ts'
import { fileSizes } from './check/file-sizes.ts'
import { imports } from './check/imports.ts'
import { leaks } from './check/leaks.ts'
import { lockFile } from './check/lock-file.ts'
import { readRepository } from './check/repository.ts'
import type { Findings } from './check/findings.ts'
import { runTool } from './check/run-tool.ts'
import { secrets } from './check/secrets.ts'

const repository = await readRepository()

const steps: Record<string, () => Promise<Findings> | Findings> = {
  format: () => runTool('oxfmt', ['--check', '.']),
  lint: () =>
    runTool('oxlint', ['--type-aware', '--deny-warnings', '--report-unused-disable-directives']),
  types: () => runTool('tsc', ['-p', '.']),
  generated: () => runTool('node', ['scripts/generate.ts', '--check']),
  'doc paths': () => docPaths(repository),
  'file sizes': () => fileSizes(repository),
  imports: () => imports(repository),
  'lock file': () => lockFile(repository),
  leaks: () => leaks(repository),
  secrets: () => secrets(repository),
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in steps))
if (unknown.length > 0) {
  console.error(
    `There is no step ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`,
  )
  process.exit(2)
}

const chosen = Object.entries(steps).filter(([name]) => asked.length === 0 || asked.includes(name))
const results = await Promise.all(chosen.map(([name, run]) => timed(name, run)))
const failed = results.filter(({ problems }) => problems.length > 0)
for (const { name, problems } of failed) console.error(`\n${name}:\n${problems.join('\n')}`)
console.log(`\n${results.length - failed.length} passed, ${failed.length} failed`)
if (failed.length > 0) process.exitCode = 1

async function timed(name: string, run: () => Promise<Findings> | Findings) {
  const start = performance.now()
  const { problems, note } = await run()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const verdict = problems.length === 0 ? 'ok  ' : 'FAIL'
  console.log(`${verdict} ${name.padEnd(12)} ${seconds.padStart(5)} s${note ? `  ${note}` : ''}`)
  return { name, problems }
}
