// Everything that is real here: an embedded Postgres with safe commits, a Redis when one is installed, an
// API and two notifiers as processes. Lines that can be broken run between them.

import { mkdir, rm } from 'node:fs/promises'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@renkei/embedded'
import { redisSkipReason, startRedis, startTcpProxy, type TcpProxy } from '@renkei/testkit'
import type { TestRedis } from '@renkei/testkit'
import { newKeyText } from '@renkei/vault'
import { prepareDatabase, serviceUrlOf } from '../system/database.ts'
import { stateFolder } from '../system/paths.ts'
import { type NameServer, startNameServer } from './names.ts'
import { makePlace, type Place } from './services.ts'

export interface FaultySystem {
  /** With all rights, past the line that faults break. */
  readonly databaseUrl: string
  readonly postgres: EmbeddedPostgres
  readonly postgresLine: TcpProxy
  /** Only when it is ours to stop. */
  readonly redis: TestRedis | undefined
  readonly redisLine: TcpProxy | undefined
  readonly names: NameServer
  readonly api: Place
  readonly notifiers: readonly Place[]
  readonly logFile: string
  stop(): Promise<void>
}

export interface SystemOptions {
  readonly notifiers: number
  readonly env?: Readonly<Record<string, string>>
  readonly onAlarm: (alarm: string) => void
  readonly say: (line: string) => void
}

// What is not under test must not slow the load, and time limits are short so that much happens.
const settings = {
  RENKEI_WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
  RENKEI_WEBHOOK_TIMEOUT_MS: '2000',
  RENKEI_NOTIFIER_DEAD_AFTER_MS: '2000',
  RENKEI_NOTIFIER_HEARTBEAT_MS: '300',
  RENKEI_REPORTS_PER_SECOND_MAX: '1000000',
  RENKEI_URGENT_REPORTS_PER_SECOND_MAX: '1000000',
  RENKEI_READ_REPORTS_PER_SECOND_MAX: '1000000',
  RENKEI_REQUESTS_PER_SECOND_MAX: '1000000',
  RENKEI_KEY_FILE: '',
  OTEL_EXPORTER_OTLP_ENDPOINT: '',
}

/** Starts it in a folder of its own; what was started so far is stopped when the rest fails. */
export async function startFaultySystem(options: SystemOptions): Promise<FaultySystem> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of stops.splice(0).toReversed()) await end()
  }
  try {
    return { ...(await startAll(options, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startAll(
  { notifiers, env = {}, onAlarm, say }: SystemOptions,
  stops: (() => Promise<unknown>)[],
): Promise<Omit<FaultySystem, 'stop'>> {
  const folder = `${stateFolder}faults/${process.pid}/`
  await mkdir(folder, { recursive: true })
  stops.push(() => rm(folder, { recursive: true, force: true }))
  const postgres = await startEmbeddedPostgres({
    dataDir: `${folder}postgres`,
    database: 'faults',
  })
  stops.push(async () => {
    await postgres.stop()
    await rm(postgres.dataDir, { recursive: true, force: true })
  })
  await prepareDatabase(postgres.url)
  const postgresLine = await startTcpProxy(await serviceUrlOf({ ...postgres, embedded: true }))
  stops.push(() => postgresLine.close())
  const redis = await startOwnRedis(say, stops)
  const redisLine = redis && (await startTcpProxy(redis.url))
  if (redisLine) stops.push(() => redisLine.close())
  const names = await startNameServer()
  stops.push(() => names.stop())
  const logFile = `${folder}services.log`
  const all = {
    ...settings,
    DATABASE_URL: postgresLine.url,
    REDIS_URL: redisLine?.url ?? '',
    RENKEI_KEY: newKeyText(),
    NODE_OPTIONS: `--import=${new URL('names-preload.ts', import.meta.url).href}`,
    RENKEI_FAULTS_NAME_SERVER: names.address,
    ...env,
  }
  const place = async (name: 'api' | 'notifier', label: string) => {
    const made = makePlace({ name, label, env: all, logFile, onAlarm })
    stops.push(() => made.stop())
    await made.start()
    return made
  }
  const api = await place('api', 'api')
  const labels = Array.from({ length: notifiers }, (_, index) => `notifier ${index}`)
  const places = await Promise.all(labels.map((label) => place('notifier', label)))
  return {
    databaseUrl: postgres.url,
    postgres,
    postgresLine,
    redis,
    redisLine,
    names,
    api,
    notifiers: places,
    logFile,
  }
}

async function startOwnRedis(say: (line: string) => void, stops: (() => Promise<unknown>)[]) {
  const redis = redisSkipReason() === undefined ? await startRedis() : undefined
  if (redis?.isOurs) {
    stops.push(() => redis.stop())
    say('bells ring over a Redis of our own')
    return redis
  }
  say(
    redis
      ? 'bells ring over Postgres: the Redis of REDIS_URL is not ours to stop'
      : 'bells ring over Postgres: redis-server is not installed',
  )
  return undefined
}
