// From a report that is stored sealed to its receiver: opened on the way out, and only there.

import { startReceiver, type Receiver, runSql, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../services/api/test/build-test-app.ts'
import type { Party } from '../services/api/test/parties.ts'
import { sampleReport } from '../services/api/test/sample-report.ts'
import { startTestNotifier, type TestNotifier } from './support/notifier.ts'
import { readDelivery } from './support/received.ts'

let api: TestApi
let notifier: TestNotifier
let receiver: Receiver
let mobile: Party

beforeAll(async () => {
  // On an empty database both at once: one of them makes the first data key.
  api = await startTestApi()
  ;[notifier, receiver] = await Promise.all([
    startTestNotifier(api.databaseUrl, { RENKEI_SWEEP_MS: '30' }),
    startReceiver(),
  ])
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(async () => {
  await notifier.stop()
  await receiver.close()
  await api.stop()
})

async function subscribe(path: string): Promise<{ subscriptionId: string; secret: string }> {
  const json = { channel: 'webhook', target: { url: receiver.url(path) }, mode: 'all' }
  const { status, body } = await mobile.request('/v1/subscriptions', { json })
  expect({ status, body }).toMatchObject({ status: 201, body: { state: 'active' } })
  return body as { subscriptionId: string; secret: string }
}

async function post(phone: string): Promise<string> {
  const contacts = [{ role: 'incident', name: 'あかね当直', phone }]
  const json = sampleReport('example-mobile', { contacts })
  const { status, body } = await mobile.request('/v1/reports', { json })
  expect({ status, body }).toMatchObject({ status: 201 })
  return String(body.reportId)
}

const arrivedAt = (path: string, count: number) =>
  waitFor(() => receiver.at(path).length >= count, {
    timeoutMs: 15_000,
    what: `${count} at ${path}`,
  })

test('a subscriber gets the contacts that it may see, signed with its sealed secret', async () => {
  const { secret } = await subscribe('/owner')
  await post('+81-3-5555-0011')
  await arrivedAt('/owner', 1)
  const [first] = receiver.at('/owner').map((request) => readDelivery(request, secret))
  expect(first?.event.data).toMatchObject({ contacts: [{ phone: '+81-3-5555-0011' }] })
  expect(first?.text).not.toContain('"v1.')
})

test('with a secret that does not open nothing is sent and nothing is lost: it goes out when it is right again', async () => {
  const { subscriptionId, secret } = await subscribe('/broken')
  const set = (value: string) =>
    runSql(
      api.databaseUrl,
      `update subscriptions set secret = ${value} where subscription_id = '${subscriptionId}' returning secret`,
    )
  const [stored] = await runSql(
    api.databaseUrl,
    `select secret from subscriptions where subscription_id = '${subscriptionId}'`,
  )
  await set(`'${String(stored?.['secret']).slice(0, -4)}AAAA'`)
  await post('+81-3-5555-0012')
  await arrivedAt('/owner', 2)
  const path = `/v1/subscriptions/${subscriptionId}`
  const told = async () => (await mobile.request(`${path}/deliveries`)).body.items[0]
  await waitFor(async () => (await told())?.attempts === 1)
  // Not once a second: a repeat does not open it.
  expect(await told()).toMatchObject({
    standing: 'waiting',
    reason: expect.stringContaining('what it is signed with cannot be opened'),
  })
  const waitMs = Date.parse((await told()).at) - Date.now()
  expect(waitMs).toBeGreaterThan(15_000)
  expect((await mobile.request(path)).body.health).toMatchObject({ consecutiveFailures: 0 })
  expect(receiver.at('/broken')).toEqual([])
  await set(`'${String(stored?.['secret'])}'`)
  await mobile.request(path, { method: 'PATCH', json: { state: 'active' } })
  await arrivedAt('/broken', 1)
  const [first] = receiver.at('/broken').map((request) => readDelivery(request, secret))
  expect(first?.event.data).toMatchObject({ contacts: [{ phone: '+81-3-5555-0012' }] })
})
