// Requests that announce a large body, bring next to nothing of it and go: they must not use up what
// the organisation's other keys need for its reports.

import { once } from 'node:events'
import { connect } from 'node:net'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { sendRaw } from './raw-request.ts'
import { emergencyReport } from './sample-report.ts'
import { addSigningKey, addStrictKey, requestSigned, type SigningKeyPair } from './signing-party.ts'

let api: TestApi
/** The key by which the organisation's own system reports. */
let good: Party
let strict: Party
let signing: SigningKeyPair

const failuresMax = 20
const burst = 10

beforeAll(async () => {
  api = await startTestApi({
    env: {
      RENKEI_READ_REPORTS_PER_SECOND_MAX: '10',
      RENKEI_READ_REPORTS_BURST_MAX: String(burst),
      RENKEI_BURST_SECONDS: '3600',
      RENKEI_AUTH_FAILURES_MAX: String(failuresMax),
    },
  })
  good = await api.addParty('example-mobile', 'carrier', ['reports:write', 'reports:read'])
  strict = await addStrictKey(api, good, ['reports:write', 'reports:read'])
  signing = await addSigningKey(api, good)
  expect((await crisis()).status).toBe(201)
})
afterAll(() => api.stop())

const crisis = () => good.request('/v1/reports', { json: emergencyReport(good.organisationId) })

const signature = 'signature: x\r\nsignature-input: y\r\n'

const announcement = ({ apiKey }: Party, headers: string) =>
  `POST /v1/reports/batch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${apiKey}\r\ncontent-type: application/json\r\ncontent-length: 4500000\r\nexpect: 100-continue\r\n${headers}\r\n{"`

// The server has begun with the request when it says that the rest may come.
async function announceAndDrop(party: Party, headers = ''): Promise<void> {
  const { hostname, port } = new URL(api.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(announcement(party, headers))
  await once(socket, 'data')
  socket.destroy()
}

async function announceManyAndDrop(party: Party, headers = ''): Promise<void> {
  for (let sent = 0; sent < failuresMax - 1; sent += 1) await announceAndDrop(party, headers)
}

test('a batch that never comes counts as one request, not as what it announced', async () => {
  for (let sent = 0; sent < 5; sent += 1) await announceAndDrop(good)
  expect(await crisis()).toMatchObject({ status: 201, body: { level: { value: 4 } } })
})

test('a key without the scope is refused before its body, signed or not, and costs no limit', async () => {
  const reader = await api.addParty('example-mobile', 'carrier', ['feed:read'])
  for (let sent = 0; sent < 3 * burst; sent += 1) {
    const answer = await sendRaw(api.url, announcement(reader, `${signature}connection: close\r\n`))
    expect(answer).toContain('HTTP/1.1 403')
  }
  expect((await crisis()).status).toBe(201)
})

test('a signature that is never shown costs the organisation nothing, and its sender is locked', async () => {
  expect((await requestSigned(strict, signing, '/v1/reports?limit=1')).status).toBe(200)
  const half = await addStrictKey(api, good, ['reports:write'])
  await announceManyAndDrop(half, signature)
  expect((await crisis()).status).toBe(201)
  let probes = 0
  await waitFor(async () => {
    probes += 1
    const headers = { signature: 'x', 'signature-input': 'y' }
    return (await half.request('/v1/reports', { body: '{}', headers })).status === 429
  })
  // Without the dropped ones, as many probes as failures that are allowed would be needed.
  expect(probes).toBeLessThan(failuresMax / 2)
  expect((await crisis()).status).toBe(201)
  expect((await requestSigned(strict, signing, '/v1/reports?limit=1')).status).toBe(200)
})

test('a signed request is counted against its organisation once its signature holds', async () => {
  const post = () =>
    requestSigned(strict, signing, '/v1/reports', {
      json: emergencyReport(good.organisationId),
    })
  const refused = await waitFor(async () => {
    const answers = await Promise.all(Array.from({ length: 15 }, post))
    return answers.find(({ status }) => status === 429)
  })
  expect(refused.headers.get('ratelimit-policy')).toContain('"read-reports"')
})
