// Redis and Postgres go away in the middle of a run, in every way they can: nothing is lost, nothing
// needs a restart, and what was accepted arrives.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateBellStore } from '@renkei/bell'
import { migrate, withClient } from '@renkei/db'
import { startEmbeddedPostgres } from '@renkei/embedded'
import {
  type Receiver,
  redisSkipReason,
  startReceiver,
  startRedis,
  startTcpProxy,
  waitFor,
} from '@renkei/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Client,
  makeClient,
  type RunningService,
  spawnApi,
  spawnNotifier,
} from './support/services.ts'
import { openWorld, type World } from './support/world.ts'

let receiver: Receiver
let running: RunningService[]
let toClose: (() => Promise<void>)[]

beforeEach(async () => {
  running = []
  toClose = []
  receiver = await startReceiver()
})

afterEach(async () => {
  await Promise.all(running.map((service) => service.kill('SIGTERM')))
  for (const close of toClose.toReversed()) await close()
  await receiver.close()
})

interface Run {
  readonly noc: Client
  readonly paths: readonly string[]
}

const startBoth = async (world: World, databaseUrl: string, redisUrl?: string): Promise<Run> => {
  const env = { REDIS_URL: redisUrl }
  const api = await spawnApi(databaseUrl, env)
  const notifier = await spawnNotifier(databaseUrl, { ...env, RENKEI_WEBHOOK_TIMEOUT_MS: '10000' })
  running.push(api, notifier)
  const paths = ['/a', '/b', '/c']
  for (const path of paths) await world.subscribe({ url: receiver.url(path) })
  return { noc: makeClient(api.url, world.carrier, await world.key(world.carrier)), paths }
}

/** Posts reports one after the other, each until it is accepted, while `disturb` does its worst. */
const postDuring = async (noc: Client, disturb: () => Promise<void>): Promise<string[]> => {
  const eventIds: string[] = []
  let disturbing = true
  const disturbance = disturb().finally(() => (disturbing = false))
  while (disturbing || eventIds.length < 10) {
    const { body } = await noc.insist(`outage-${eventIds.length}`)
    eventIds.push(String(body['eventId']))
  }
  await disturbance
  for (let more = 0; more < 3; more += 1) {
    eventIds.push(String((await noc.insist(`after-${more}`)).body['eventId']))
  }
  return eventIds
}

/** Everything accepted has arrived, is on record once, and neither process was replaced. */
const expectAllDelivered = async (world: World, { paths }: Run, eventIds: readonly string[]) => {
  const missing = () => {
    const arrived = new Set(receiver.requests.map((r) => r.path + String(r.headers['webhook-id'])))
    return eventIds.flatMap((id) => paths.map((path) => path + id)).filter((it) => !arrived.has(it))
  }
  await waitFor(() => missing().length === 0, { timeoutMs: 25_000 }).catch((cause: unknown) => {
    throw new Error(`${missing().length} of ${eventIds.length * 3} did not arrive`, { cause })
  })
  const ledgers = async () => Promise.all(eventIds.map((id) => world.ledger(id)))
  await waitFor(async () => (await ledgers()).every((ledger) => ledger.delivered === 3), {
    timeoutMs: 25_000,
    what: 'every delivery on record',
  })
  expect(await world.unbalanced()).toBe(0)
  const [counts] = await world.sql(`SELECT (SELECT count(*)::int FROM events) AS events,
    (SELECT head::int FROM feed) AS head`)
  expect(counts).toEqual({ events: eventIds.length, head: eventIds.length })
  for (const service of running) {
    expect(await Promise.race([service.ended, Promise.resolve('runs')])).toBe('runs')
    // A connection that went silent may still be met, and dropped, by the question itself.
    await waitFor(async () => (await fetch(`${service.url}/readyz`)).status === 200, {
      timeoutMs: 20_000,
      what: 'ready again',
    })
  }
}

describe.skipIf(redisSkipReason() !== undefined)(`Redis ${redisSkipReason() ?? ''}`, () => {
  test('wiped, killed and back again in the middle of a run', async () => {
    const world = await openWorld()
    toClose.push(() => world.close())
    const redis = (await startRedis())!
    toClose.push(() => redis.stop())
    const line = await startTcpProxy(redis.url)
    toClose.push(() => line.close())
    const run = await startBoth(world, world.url, line.url)
    const grown = growing()
    const eventIds = await postDuring(run.noc, async () => {
      await grown(3)
      await redis.flush()
      await grown(3)
      await (redis.isOurs ? redis.kill() : line.refuse())
      await grown(3)
      await (redis.isOurs ? redis.restart() : line.restore())
      await grown(3)
      line.blackhole()
      await grown(3)
      await line.restore()
      await grown(3)
      await redis.flush()
    })
    await expectAllDelivered(world, run, eventIds)
    // Nothing was sent twice: no lost bell, and no lost store, makes a second delivery.
    expect(receiver.requests).toHaveLength(eventIds.length * 3)
  })

  // Resolves when so many more deliveries have arrived: each outage lasts until it is overcome.
  const growing = () => (more: number) => {
    const before = receiver.requests.length
    return waitFor(() => receiver.requests.length >= before + more, { timeoutMs: 15_000 }).then(
      () => undefined,
    )
  }
})

describe('Postgres', () => {
  test('killed, and restarted, in the middle of a run', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'renkei-outage-'))
    toClose.push(() => rm(dataDir, { recursive: true, force: true }))
    const server = await startEmbeddedPostgres({ dataDir, database: 'renkei', ephemeral: true })
    toClose.push(() => server.stop())
    await migrate(server.url)
    await withClient(server.url, migrateBellStore)
    const world = await openWorld(server.url)
    toClose.push(() => world.close())
    const run = await startBoth(world, server.url)
    const eventIds = await postDuring(run.noc, async () => {
      await receiver.waitFor(6)
      server.kill()
      await server.restart()
      await receiver.waitFor(receiver.requests.length + 6, 20_000)
      await server.restart()
      await receiver.waitFor(receiver.requests.length + 6, 20_000)
    })
    await expectAllDelivered(world, run, eventIds)
  })

  test('cut off again and again, and silent for a while, in the middle of a run', async () => {
    const world = await openWorld()
    toClose.push(() => world.close())
    const line = await startTcpProxy(world.url)
    toClose.push(() => line.close())
    const run = await startBoth(world, line.url)
    const eventIds = await postDuring(run.noc, async () => {
      for (let cuts = 0; cuts < 12; cuts += 1) {
        const before = receiver.requests.length
        line.cut()
        await receiver.waitFor(before + 1 + (cuts % 3), 20_000)
      }
      line.blackhole()
      await waitFor(async () => (await fetch(`${running[0]!.url}/readyz`)).status === 503, {
        timeoutMs: 15_000,
      })
      await line.restore()
      await receiver.waitFor(receiver.requests.length + 6, 20_000)
    })
    await expectAllDelivered(world, run, eventIds)
  })
})
