// Ends with one server on the data, whoever else tries at the same time: one that runs is used, a
// crashed one's traces are waited out, and of two starters Postgres' own lock lets one win.

import { existsSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbeddedPostgresError } from './embedded-error.ts'
import { freePort } from './free-port.ts'
import type { Place } from './place.ts'
import { disownStalePid, findRunningServer, isServerProcess } from './running-server.ts'
import { startServer } from './server-process.ts'
import { serverSettings } from './settings.ts'
import { untilTrue } from './until.ts'

export type ServerPlan = {
  place: Place
  data: string
  postgres: string
  settings: Record<string, string>
  port: number | undefined
  ephemeral: boolean
  guard: (pid: number) => void
  log: (line: string) => void
}

export type Server = { pid: number; port: number; alreadyRunning: boolean }

// Recovery after a crash replays up to a gigabyte of log.
const READY_TIMEOUT_MS = 180_000
const STOP_TIMEOUT_MS = 100_000
const OCCUPIED_TIMEOUT_MS = 60_000
const PORT_TRIES = 5

/** The server on the plan's data, found or started. Refuses when neither succeeds in time. */
export async function attachOrStart(plan: ServerPlan): Promise<Server> {
  await untilNotClosing(plan)
  let server: Server | undefined
  await untilTrue(async () => {
    server = (await attach(plan)) ?? (await start(plan))
    return server !== undefined
  }, OCCUPIED_TIMEOUT_MS)
  if (server !== undefined) return server
  throw new EmbeddedPostgresError(
    'start_failed',
    `Processes of a Postgres that ended still hold ${plan.data}. Stop them, then start again.`,
  )
}

/** Stops the postmaster and starts one on the same port; the new pid. */
export async function restartServer(plan: ServerPlan, pid: number): Promise<number> {
  if (await isServerProcess(pid, plan.data)) process.kill(pid, 'SIGINT')
  await untilTrue(async () => !(await isServerProcess(pid, plan.data)), STOP_TIMEOUT_MS)
  return (await attachOrStart(plan)).pid
}

async function attach(plan: ServerPlan): Promise<Server | undefined> {
  const running = await findRunningServer(plan.data, READY_TIMEOUT_MS)
  if (running === undefined) return undefined
  plan.guard(running.pid)
  return { pid: running.pid, port: running.port, alreadyRunning: true }
}

async function start(plan: ServerPlan): Promise<Server | undefined> {
  await disownStalePid(plan.data)
  for (let triesLeft = PORT_TRIES; ; triesLeft -= 1) {
    const port = plan.port ?? (await freePort())
    const settings = serverSettings(port, plan.ephemeral, plan.settings)
    try {
      const result = await startServer({ ...plan, settings, port }, plan.guard, READY_TIMEOUT_MS)
      return result.outcome === 'ready'
        ? { pid: result.pid, port, alreadyRunning: false }
        : undefined
    } catch (cause) {
      const taken = cause instanceof EmbeddedPostgresError && cause.code === 'port_taken'
      if (!taken || plan.port !== undefined || triesLeft <= 1) throw cause
    }
  }
}

// The last user's watchdog announces that it is about to stop the server. A mark left by a
// watchdog that was killed holds nobody up once the server is gone.
async function untilNotClosing(plan: ServerPlan): Promise<void> {
  const closing = join(plan.place.home, 'closing')
  if (existsSync(closing)) plan.log(`Waiting for the server on ${plan.data} to stop`)
  const over = await untilTrue(
    async () => !existsSync(closing) || (await findRunningServer(plan.data, 0)) === undefined,
    STOP_TIMEOUT_MS,
  )
  if (!over || existsSync(closing)) await rmdir(closing).catch(() => undefined)
}
