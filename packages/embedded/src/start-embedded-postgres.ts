// The path of a start: place → programs → watchdog → data → server (found or started) → database.
// Order matters: the watchdog's mark stands before anything runs, so that no death of ours at any
// point leaves a server behind, and nobody stops a server that we are about to use.

import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureDatabase } from './admin.ts'
import { ensureData, SUPERUSER } from './create-data.ts'
import { EmbeddedPostgresError } from './embedded-error.ts'
import { attachOrStart, restartServer } from './attach-or-start.ts'
import type { ServerPlan } from './attach-or-start.ts'
import { readOrMakePassword } from './password.ts'
import { findPlace } from './place.ts'
import type { Place } from './place.ts'
import { findServerFiles } from './server-files.ts'
import { startWatchdog } from './watchdog.ts'

export type EmbeddedPostgresOptions = {
  /** For example `<repository>/.renkei/postgres`; the data go elsewhere if they must. */
  dataDir: string
  /** Made if it does not exist. */
  database: string
  /** A free one unless given. A server found running keeps its own. */
  port?: number
  settings?: Record<string, string>
  /** For tests: no crash safety, and the folder is removed on stop. */
  ephemeral?: boolean
  log?: (line: string) => void
}

export type EmbeddedPostgres = {
  url: string
  port: number
  /** Where the Postgres data folder really is. */
  dataDir: string
  /** True when the server was running and is shared with the process that started it. */
  alreadyRunning: boolean
  /** Gives up this use; the last user's stop, or death, stops the server. */
  stop(this: void): Promise<void>
  /** Stops and starts the server on its port. Refuses when another process started it. */
  restart(): Promise<void>
  /** Kills the postmaster with SIGKILL, as a crash would. */
  kill(): void
}

/**
 * A Postgres on 127.0.0.1 that accepts connections to `database`: the one that runs on these data
 * already, or a new one. It ends with the last process that uses it. Refuses with an
 * `EmbeddedPostgresError` when the folder, the disk, the port or the data do not allow it.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { ephemeral = false, log = () => undefined } = options
  const place = await findPlace({ dataDir: options.dataDir, ephemeral, log })
  const data = join(place.home, 'data')
  if (ephemeral) await markEphemeral(place)
  const password = await readOrMakePassword(place.home, place.user)
  const files = await findServerFiles(place.user, place.home)
  const watchdog = await startWatchdog(place.home, data, ephemeral ? place.folders : [])
  try {
    await ensureData(place, files, { durable: !ephemeral, log })
    const plan: ServerPlan = {
      place,
      data,
      postgres: files.postgres,
      settings: options.settings ?? {},
      port: options.port,
      ephemeral,
      guard: (pid) => watchdog.guard(pid),
      log,
    }
    const server = await attachOrStart(plan)
    const address = `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}`
    await ensureDatabase(`${address}/postgres`, options.database, data)
    const did = server.alreadyRunning ? 'Using the running' : 'Started'
    log(`${did} Postgres ${files.major} on 127.0.0.1:${server.port}, data in ${data}`)
    return {
      url: `${address}/${encodeURIComponent(options.database)}`,
      port: server.port,
      dataDir: data,
      alreadyRunning: server.alreadyRunning,
      stop: once(async () => void (await watchdog.release())),
      restart: async () => {
        if (server.alreadyRunning) throw refuseRestart()
        server.pid = await restartServer({ ...plan, port: server.port }, server.pid)
      },
      kill: () => killNow(server.pid),
    }
  } catch (cause) {
    await watchdog.release()
    throw cause
  }
}

// Folders that an ephemeral server removes in the end must be known never to have held more.
async function markEphemeral({ home }: Place): Promise<void> {
  const mark = join(home, 'ephemeral')
  if (existsSync(join(home, 'data')) && !existsSync(mark)) {
    throw new EmbeddedPostgresError(
      'folder_unusable',
      `${home} holds lasting data. Name another folder for an ephemeral server.`,
    )
  }
  await writeFile(mark, 'All of this folder is removed when its server stops.\n')
}

function refuseRestart(): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'not_supported',
    'Another process started this server; only that process restarts it.',
  )
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already, which is what was asked.
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= act())
}
