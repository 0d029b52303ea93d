// The database of a benchmark: an embedded Postgres in a folder that is removed afterwards, with its
// commits as safe as in production, or a database made for this run on the server of DATABASE_URL.

import { mkdir, readdir, rm } from 'node:fs/promises'
import { withClient } from '@renkei/db'
import { startEmbeddedPostgres } from '@renkei/embedded'
import { prepareDatabase } from '../../scripts/system/database.ts'
import { stateFolder } from '../../scripts/system/paths.ts'
import { onStop } from './stops.ts'

/** Where benchmarks keep data and logs; nothing in it is needed again. */
export const benchFolder = `${stateFolder}bench/`

let made = 0

/** Makes an empty database with all migrations; resolves to its URL. */
export async function makeDatabase(): Promise<string> {
  const given = process.env['DATABASE_URL']
  const url = given ? await makeOn(given) : await startOwn()
  await prepareDatabase(url)
  const settings = await withClient(url, async (client) => {
    const { rows } = await client.query<{ version: string; fsync: string; commit: string }>(
      `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
         current_setting('synchronous_commit') AS commit`,
    )
    return rows[0]
  })
  const { version, fsync, commit } = settings ?? {}
  const where = given ? 'of DATABASE_URL' : 'embedded'
  console.log(`Postgres ${version} (${where}), fsync ${fsync}, synchronous_commit ${commit}`)
  return url
}

async function startOwn(): Promise<string> {
  await removeLeftovers()
  const folder = `${benchFolder}postgres-${process.pid}`
  await mkdir(folder, { recursive: true })
  made += 1
  const server = await startEmbeddedPostgres({ dataDir: folder, database: `bench_${made}` })
  onStop(async () => {
    await server.stop()
    await rm(server.dataDir, { recursive: true, force: true })
    await rm(folder, { recursive: true, force: true })
  })
  return server.url
}

// Folders of runs that were killed.
async function removeLeftovers(): Promise<void> {
  await mkdir(benchFolder, { recursive: true })
  for (const name of await readdir(benchFolder)) {
    const pid = /^postgres-(\d+)$/.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) await rm(benchFolder + name, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function makeOn(server: string): Promise<string> {
  made += 1
  const name = `renkei_bench_${process.pid}_${made}`
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name}`))
  onStop(() =>
    withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  )
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}
