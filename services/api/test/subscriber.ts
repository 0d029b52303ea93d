// An organisation that subscribes endpoints and changes them, for tests of what happens then.

import { startReceiver, type Receiver } from '@renkei/testkit'
import { expect } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import type { Json } from './sample-report.ts'

export type Subscribed = Json & {
  readonly subscriptionId: string
  readonly secret: string
  readonly path: string
  readonly etag: string
}

export interface Subscriber {
  readonly api: TestApi
  /** Answers challenges. */
  readonly receiver: Receiver
  /** Answers them with another word. */
  readonly liar: Receiver
  readonly party: Party
  /** Makes an active subscription at a path of the honest receiver. */
  subscribe(path: string, members?: Json): Promise<Subscribed>
  patch(path: string, json: Json, headers?: Record<string, string>): ReturnType<Party['request']>
  /** What the audit trail says was done to a subscription. */
  actionsOf(subscriptionId: string): Promise<string[]>
  close(): Promise<void>
}

/** Starts an API and the receivers; close it when done. */
export async function openSubscriber(): Promise<Subscriber> {
  const api = await startTestApi({
    env: { RENKEI_SUBSCRIPTIONS_MAX: '100', RENKEI_IDEMPOTENCY_HOURS: '48' },
  })
  const receiver = await startReceiver()
  const liar = await startReceiver({ verification: 'lie' })
  const party = await api.addParty('example-fixed', 'carrier')
  return {
    api,
    receiver,
    liar,
    party,
    async subscribe(path, members = {}) {
      const json = { channel: 'webhook', target: { url: receiver.url(path) }, ...members }
      const { status, body, headers } = await party.request('/v1/subscriptions', { json })
      expect({ status, body }).toMatchObject({ status: 201, body: { state: 'active' } })
      const etag = headers.get('etag') ?? ''
      return { ...body, etag, path: `/v1/subscriptions/${body.subscriptionId}` }
    },
    patch: (path, json, headers = {}) => party.request(path, { method: 'PATCH', json, headers }),
    async actionsOf(subscriptionId) {
      const rows = await api.db
        .selectFrom('audit_entries')
        .select('action')
        .where('chain', '=', 'write')
        .where((eb) => eb(eb.val(subscriptionId), '=', eb.fn.any('object_ids')))
        .orderBy('seq')
        .execute()
      return rows.map(({ action }) => action.replace('subscription.', ''))
    },
    async close() {
      await Promise.all([receiver.close(), liar.close()])
      await api.stop()
    },
  }
}
