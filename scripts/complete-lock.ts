// Adds to package-lock.json the packages for other machines that npm left out because the registry in use
// did not have them. Their names say for which machines they are. They have no checksum: npm takes it
// on such a machine from the registry there.

import { readFile, writeFile } from 'node:fs/promises'
import { type LockEntry, type LockFile, missingFrom } from './check/lock-file.ts'
import { root } from './system/paths.ts'

const path = `${root}package-lock.json`
const lock = JSON.parse(await readFile(path, 'utf8')) as LockFile
const missing = missingFrom(lock)
const entries = Object.entries<LockEntry>(lock.packages)
for (const { name, version, by } of missing) {
  entries.push([`node_modules/${name}`, { version, ...machineOf(name), ...shared(by) }])
}
entries.sort(([a], [b]) => a.localeCompare(b, 'en'))
await writeFile(
  path,
  `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`,
)
console.log(`added ${missing.map(({ name }) => name).join(', ') || 'nothing'}`)

function machineOf(name: string): object {
  const pattern = /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-(gnu|musl)\w*)?/
  const [, system, processor, library] = pattern.exec(name) ?? []
  if (!system || !processor) throw new Error(`${name} does not say for which machine it is`)
  return {
    cpu: [processor],
    ...(system === 'linux' && library && { libc: [library === 'gnu' ? 'glibc' : library] }),
    os: [system],
    optional: true,
  }
}

function shared({ dev, license, engines }: LockEntry): object {
  return { ...(dev && { dev }), ...(license && { license }), ...(engines && { engines }) }
}
