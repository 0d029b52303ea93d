// npm run generate: writes every file that is made from another one. With --check it writes nothing,
// names what differs from what is committed, and ends with 1.

import { globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './system/paths.ts'

type Generate = () => Promise<Map<string, string>>

// In this order, and each loaded only when the ones before it have written: a later one may load
// into this process what an earlier one makes.
const generators: (() => Promise<Generate>)[] = [
  async () => (await import('./generators/report-types.ts')).generateReportTypes,
  async () => (await import('./generators/field-reference.ts')).generateFieldReference,
  async () => (await import('./generators/api-documents.ts')).generateApiDocuments,
  async () => (await import('./generators/level-reference.ts')).generateLevelReference,
]

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

const made = new Set<string>()
const stale: string[] = []
for (const load of generators) {
  const generate = await load()
  for (const [path, text] of await generate()) {
    made.add(path)
    if ((await committed(path)) === text) continue
    stale.push(path)
    if (!values.check) await write(path, text)
  }
}

const orphans = globSync(['{packages,services}/*/src/**/*.gen.ts', 'docs/reference/*'], {
  cwd: root,
}).filter((path) => !made.has(path))
for (const path of orphans) console.error(`${path}: no generator makes it`)
if (values.check) {
  for (const path of stale) console.error(`${path}: differs from what npm run generate makes`)
} else {
  console.log(`${made.size} files, changed: ${stale.join(', ') || 'none'}`)
}
if (orphans.length > 0 || (values.check && stale.length > 0)) process.exitCode = 1

async function committed(path: string): Promise<string | undefined> {
  return readFile(join(root, path), 'utf8').catch(() => undefined)
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}
