// Organisations that look at reports by every way there is: a real API and a real notifier, and for
// each organisation a webhook, a socket, the feed by pull, and GET.

import { type Db, readFeedHead, type SubscriptionState } from '@renkei/db'
import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { startTestApi, type TestApi } from '../../services/api/test/build-test-app.ts'
import { type FeedClient, openFeed } from '../../services/api/test/feed-client.ts'
import type { Party, PartyKind } from '../../services/api/test/parties.ts'
import { type Json, sampleReport } from '../../services/api/test/sample-report.ts'
import { startTestNotifier } from './notifier.ts'

/** What one organisation has of a report by each way, as text; nothing where there is nothing. */
export interface Seen {
  readonly get: string | undefined
  readonly pull: string | undefined
  readonly socket: string | undefined
  readonly webhook: string | undefined
}

export interface Watcher extends Party {
  readonly socket: FeedClient
}

export interface Posted {
  readonly reportId: string
  readonly eventId: string
}

export interface SharingWorld {
  readonly api: TestApi
  readonly db: Db
  readonly receiver: Receiver
  watcher(code: string, kind: PartyKind): Promise<Watcher>
  post(party: Party, members?: Json, revises?: Posted & { revision: number }): Promise<Posted>
  /** What an organisation has of an event once everything has been sent. */
  seen(watcher: Watcher, event: Posted): Promise<Seen>
  stop(): Promise<void>
}

/** Starts both services on a database of their own. */
export async function openSharingWorld(): Promise<SharingWorld> {
  const [api, receiver] = await Promise.all([startTestApi(), startReceiver()])
  const notifier = await startTestNotifier(api.databaseUrl, { RENKEI_SWEEP_MS: '30' })
  const watchers: Watcher[] = []
  return {
    api,
    db: api.db,
    receiver,
    async watcher(code, kind) {
      const party = await api.addParty(code, kind, ['admin'])
      await subscribe(party, receiver.url(`/${code}`))
      const watcher = { ...party, socket: await openFeed(api, party) }
      watchers.push(watcher)
      return watcher
    },
    async post(party, members = {}, revises) {
      const json = sampleReport(party.organisationId, members)
      const path = revises ? `/v1/reports/${revises.reportId}/revisions` : '/v1/reports'
      const headers = revises ? { 'if-match': `"${revises.revision}"` } : {}
      const { status, body } = await party.request(path, { json, headers })
      if (status >= 300) throw new Error(JSON.stringify(body))
      return body
    },
    seen: (watcher, event) => lookAround(watcher, event, { api, receiver }),
    async stop() {
      for (const { socket } of watchers) socket.socket.terminate()
      const failed = await notifier.stop()
      if (failed.length > 0) throw new Error(`did not stop in time: ${failed.join(', ')}`)
      await api.stop()
      await receiver.close()
    },
  }
}

async function subscribe(party: Party, url: string): Promise<void> {
  const json = { channel: 'webhook', target: { url }, mode: 'all' }
  const { body } = await party.request('/v1/subscriptions', { json })
  const state: SubscriptionState = 'active'
  if (body.state !== state) throw new Error(JSON.stringify(body))
}

async function lookAround(
  watcher: Watcher,
  { reportId, eventId }: Posted,
  { api, receiver }: { api: TestApi; receiver: Receiver },
): Promise<Seen> {
  await allSent(api)
  const { head } = await readFeedHead(api.db)
  const pull = async () =>
    (await watcher.request('/v1/events?after=0&limit=500')).body as { next: string; events: Json[] }
  await waitFor(async () => Number((await pull()).next) >= head)
  const text = (event: Json | undefined) => event && JSON.stringify(event)
  const isIt = (event: Json) => event['id'] === eventId
  const shown = await watcher.request(`/v1/reports/${reportId}`)
  const hook = receiver
    .at(`/${watcher.organisationId}`)
    .filter(({ headers }) => headers['webhook-id'] === eventId)
  return {
    get: shown.status === 200 ? shown.text : undefined,
    pull: text((await pull()).events.find(isIt)),
    socket: text((await upTo(watcher, api)).find(isIt)),
    webhook: hook.at(-1)?.body.toString('utf8'),
  }
}

// Everything is expanded, and nothing waits to be sent.
async function allSent({ db }: TestApi): Promise<void> {
  await waitFor(
    async () => {
      const open = await db
        .selectFrom('fan_outs')
        .select('seq')
        .where('completed_at', 'is', null)
        .execute()
      const waiting = await db.selectFrom('delivery_queue').select('seq').execute()
      return open.length + waiting.length === 0
    },
    { timeoutMs: 20_000, what: 'the end of all deliveries' },
  )
}

// A clear report of somebody else marks where the socket is: everything before it has been sent.
async function upTo(watcher: Watcher, api: TestApi): Promise<readonly Json[]> {
  const marker = await api.addParty('marker', 'carrier')
  const json = sampleReport('marker', { tlp: 'TLP:CLEAR' })
  const { body } = await marker.request('/v1/reports', { json })
  const { socket } = watcher
  await waitFor(() => socket.events.some(({ id }) => id === body.eventId))
  return socket.events
}
