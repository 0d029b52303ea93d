// npm run demo: the main job, whole. A real incident is posted as it unfolded; two webhook peers and a
// WebSocket peer that is cut off half-way hear of every revision; the ledger must balance.

import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { loadScenario } from '../scenarios/load-scenario.ts'
import { showAudiences, viewers } from './demo/audiences.ts'
import { makeClient } from './demo/client.ts'
import { keepContacts, showContacts } from './demo/contacts.ts'
import { listeners, registerParties, registerViewers } from './demo/parties.ts'
import type { DemoPeer } from './demo/peer.ts'
import { type LedgerCounts, printLedger, printOpening, printPosted } from './demo/print.ts'
import { type Posted, replay } from './demo/replay.ts'
import { type SocketPeer, startSocketPeer } from './demo/socket-peer.ts'
import { findFaults } from './demo/verdict.ts'
import { startWebhookPeer, type WebhookPeer } from './demo/webhook-peer.ts'
import { openSystemDatabase, prepareDatabase, serviceUrlOf } from './system/database.ts'
import { findKey } from './system/key.ts'
import { stateFolder } from './system/paths.ts'
import { startService } from './system/service-process.ts'

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'kddi-2022' },
    speed: { type: 'string', default: '40000' },
    keep: { type: 'boolean', default: false },
    audiences: { type: 'boolean', default: false },
  },
})

const stops: (() => Promise<unknown>)[] = []
let interrupted = false
const interrupt = () => {
  interrupted = true
  void stopAll().then(() => process.exit(130))
}
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)

try {
  process.exitCode = values.audiences ? await runAudiences() : await run()
} catch (error) {
  if (!interrupted) console.error(`The demo failed: ${(error as Error).message}`)
  process.exitCode = 1
} finally {
  await stopAll()
}

async function run(): Promise<number> {
  const speed = Number(values.speed)
  if (!(speed > 0)) throw new Error('--speed must be a number above 0')
  const scenario = await loadScenario(values.scenario)
  const { apiUrl, databaseUrl } = await startSystem()
  const keys = await registerParties(databaseUrl, scenario)
  await keepContacts({ apiUrl, keys })
  const [fixed, mvno] = await startWebhookPeers(apiUrl, keys)
  const ceptoar = await startSocketPeer(
    listeners[2].organisationId,
    apiUrl,
    keys.get(listeners[2].organisationId) ?? '',
  )
  stops.push(ceptoar.stop)
  const peers = [fixed, mvno, ceptoar]
  printOpening(scenario, peers)
  const away = new Set<string>()
  const posted = await replay(scenario, {
    apiUrl,
    keys,
    peers,
    speed,
    away,
    arriveTimeoutMs: 5000,
    before: (index, count) => cutHalfWay(index, count, ceptoar, away),
    onPosted: printPosted,
  })
  const faults = await settle(posted, peers, { apiUrl, keys })
  for (const fault of faults) console.log(`NOT RIGHT: ${fault}`)
  if (faults.length === 0) {
    console.log(
      `\nEvery peer saw all ${posted.length} revisions, every signature was verified, and the ledger balances.`,
    )
  }
  if (values.keep) await keepRunning(apiUrl, keys)
  return faults.length === 0 ? 0 : 1
}

// One report with mixed labels, as each audience reads it.
async function runAudiences(): Promise<number> {
  const { apiUrl, databaseUrl } = await startSystem()
  const keys = await registerViewers(databaseUrl, viewers)
  await keepContacts({ apiUrl, keys })
  const faults = await showAudiences({ apiUrl, keys })
  await showContacts('demo-mobile', { apiUrl, keys })
  for (const fault of faults) console.log(`NOT RIGHT: ${fault}`)
  if (values.keep) await keepRunning(apiUrl, keys)
  return faults.length === 0 ? 0 : 1
}

async function startSystem(): Promise<{ apiUrl: string; databaseUrl: string }> {
  await mkdir(`${stateFolder}demo`, { recursive: true })
  const database = await openSystemDatabase({
    databaseUrl: process.env['DATABASE_URL'],
    dataDir: `${stateFolder}demo/postgres`,
  })
  stops.push(database.stop)
  await prepareDatabase(database.url)
  const { env: keyEnv } = await findKey(database, process.env)
  const env = {
    DATABASE_URL: await serviceUrlOf(database),
    ...keyEnv,
    RENKEI_WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
    RENKEI_API_PORT: String(await freePort()),
    RENKEI_NOTIFIER_PORT: '0',
  }
  const logFile = `${stateFolder}demo/services.log`
  const api = await startService({ name: 'api', env, logFile })
  stops.push(api.stop)
  const notifier = await startService({ name: 'notifier', env, logFile })
  stops.push(notifier.stop)
  const store = process.env['REDIS_URL'] ? 'Redis' : 'Postgres'
  const kind = database.embedded ? 'an embedded Postgres' : 'the Postgres of DATABASE_URL'
  console.log(
    `Renkei runs on ${kind}, bells on ${store}: ${api.url} (log: .renkei/demo/services.log)`,
  )
  return { apiUrl: api.url, databaseUrl: database.url }
}

async function startWebhookPeers(
  apiUrl: string,
  keys: ReadonlyMap<string, string>,
): Promise<[WebhookPeer, WebhookPeer]> {
  const start = async (organisationId: string) => {
    const peer = await startWebhookPeer(organisationId)
    stops.push(peer.stop)
    const client = makeClient(apiUrl, keys.get(organisationId) ?? '')
    const body = (await client.send('POST', '/v1/subscriptions', {
      body: { channel: 'webhook', target: { url: peer.url }, mode: 'all' },
    })) as NewSubscription
    if (body.state !== 'active')
      throw new Error(`the endpoint of ${organisationId} was not verified`)
    peer.useSecret(body.secret)
    stops.push(() => client.send('DELETE', `/v1/subscriptions/${body.subscriptionId}`))
    return peer
  }
  return [await start(listeners[0].organisationId), await start(listeners[1].organisationId)]
}

interface NewSubscription {
  readonly subscriptionId: string
  readonly state: string
  readonly secret: string
}

// The line of the WebSocket peer breaks after two fifths of the steps and is back after three fifths.
async function cutHalfWay(
  index: number,
  count: number,
  peer: SocketPeer,
  away: Set<string>,
): Promise<void> {
  if (index === Math.floor(count * 0.4)) {
    peer.cut()
    away.add(peer.name)
    console.log(`             … the line to ${peer.name} is cut …`)
  }
  if (index === Math.ceil(count * 0.6)) {
    const before = peer.sightings.length
    await peer.resume()
    away.delete(peer.name)
    await until(() => peer.sightings.length > before)
    const missed = peer.sightings.length - before
    console.log(
      `             … ${peer.name} is back and resumes from its cursor: ${missed}+ missed revisions follow at once …`,
    )
  }
}

interface Access {
  readonly apiUrl: string
  readonly keys: ReadonlyMap<string, string>
}

async function settle(
  posted: readonly Posted[],
  peers: readonly DemoPeer[],
  access: Access,
): Promise<string[]> {
  await until(() => peers.every((peer) => peer.sightings.length >= posted.length))
  let ledgers: LedgerCounts[] = []
  await until(async () => {
    ledgers = await Promise.all(posted.map((line) => readLedger(line, access)))
    return ledgers.every((ledger) => ledger.waiting === 0)
  })
  const lines = posted.map((line, index) => ({
    posted: line,
    ledger: ledgers[index] as LedgerCounts,
  }))
  printLedger(lines)
  return findFaults(posted, peers, ledgers)
}

async function readLedger(
  { step, eventId }: Posted,
  { apiUrl, keys }: Access,
): Promise<LedgerCounts> {
  const client = makeClient(apiUrl, keys.get(step.organisation) ?? '')
  return (await client.send('GET', `/v1/events/${eventId}/ledger`)) as LedgerCounts
}

async function keepRunning(apiUrl: string, keys: ReadonlyMap<string, string>): Promise<void> {
  console.log(`\nStill running at ${apiUrl} (documentation ${apiUrl}/docs). Keys:`)
  for (const [organisation, key] of keys) console.log(`  ${organisation}: ${key}`)
  console.log('Stop it with Ctrl-C.')
  await new Promise(() => setInterval(() => {}, 60_000))
}

async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 5000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await isSo()) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) {
    await stop().catch((error: unknown) =>
      console.error(`while stopping: ${(error as Error).message}`),
    )
  }
}
