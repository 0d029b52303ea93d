// What is answered and sent is what the documents say: real answers and events against the schemas
// of the OpenAPI document, which may not leave a member out.

import { readFeedHead } from '@renkei/db'
import type { AgreementShare } from '@renkei/schema'
import { startReceiver, type Receiver, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { heartbeat, resync } from '../src/feed/stream-events.ts'
import { terms } from './agreement-talk.ts'
import { makeCertificate } from '../../../packages/webhook/test/certificate.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Call, TestAnswer } from './call-api.ts'
import { type Json, operationsOf, partAt, schemaAt } from './read-documents.ts'
import type { Party } from './parties.ts'
import { emergencyReport, sampleReport } from './sample-report.ts'
import { newSigningKey, signedHeaders } from './signing-party.ts'

let api: TestApi
let openApi: Json
let mobile: Party
let fixed: Party
let receiver: Receiver

beforeAll(async () => {
  api = await startTestApi()
  openApi = (await api.request('/openapi.json')).body
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.close()
  await api.stop()
})

test('posting, checking and revising a report are answered as documented', async () => {
  const report = emergencyReport('example-mobile')
  const { body } = await documented(mobile, 'createReport', '/v1/reports', { json: report })
  const headers = { 'if-match': `"${body.revision}"` }
  const path = `/v1/reports/${body.reportId}/revisions`
  await documented(mobile, 'reviseReport', path, { json: report, headers })
  const again = { json: report, headers: { 'idempotency-key': '"again"' } }
  await documented(mobile, 'createReport', '/v1/reports', again)
  const replayed = await documented(mobile, 'createReport', '/v1/reports', again)
  expect(replayed.headers.get('idempotency-replayed')).toBe('true')
  await documented(mobile, 'validateReport', '/v1/reports/validate', { json: report })
  const small = sampleReport('example-mobile')
  await documented(mobile, 'validateReport', '/v1/reports/validate', { json: small })
  const items = [{ report }, { report: {} }]
  const batch = await documented(mobile, 'submitBatch', '/v1/reports/batch', { json: { items } })
  expect(batch.body.items.map(({ status }: Json) => status)).toEqual([201, 422])
})

test('reading reports, their history and their ledger is answered as documented', async () => {
  const report = emergencyReport('example-mobile')
  const { body } = await mobile.request('/v1/reports', { json: report })
  const { self, revisions, ledger } = body.links
  const headers = { 'if-match': '"1"' }
  await mobile.request(revisions, { json: { ...report, state: 'identified' }, headers })
  for (const party of [mobile, fixed]) {
    await documented(party, 'listReports', '/v1/reports?limit=1')
    await documented(party, 'readReport', self)
    await documented(party, 'listRevisions', `${revisions}?limit=1`)
    await documented(party, 'readRevision', `${revisions}/1`)
    const changes = await documented(party, 'readDifference', `${self}/difference?from=1&to=2`)
    expect(changes.body.changes.length).toBeGreaterThan(0)
  }
  await documented(mobile, 'readLedger', ledger)
})

test('the feed by pull and the snapshot are answered as documented', async () => {
  await mobile.request('/v1/reports', { json: emergencyReport('example-mobile') })
  const { body } = await documented(fixed, 'pullEvents', '/v1/events?limit=1')
  expect(body.events).toHaveLength(1)
  expect(faultsAt('#/components/schemas/ReportCreatedEvent', body.events[0])).toEqual([])
  const snapshot = await documented(fixed, 'readSnapshot', '/v1/snapshot?limit=1')
  expect(snapshot.body.items).toHaveLength(1)
})

test('replays and the ledgers of reports and subscriptions are answered as documented', async () => {
  const json = { channel: 'webhook', target: { url: receiver.url('/here') } }
  const { body } = await fixed.request('/v1/subscriptions', { json })
  const one = `/v1/subscriptions/${body.subscriptionId}`
  const started = await documented(fixed, 'startReplay', `${one}/replays`, { json: { filter: {} } })
  const replay = `${one}/replays/${started.body.replayId}`
  await documented(fixed, 'listReplays', `${one}/replays`)
  await documented(fixed, 'readReplay', replay)
  await documented(fixed, 'cancelReplay', `${replay}/cancel`, { method: 'POST' })
  await documented(fixed, 'readSubscriptionLedger', `${one}/ledger`)
  const report = await mobile.request('/v1/reports', { json: emergencyReport('example-mobile') })
  const ledger = `/v1/reports/${report.body.reportId}/ledger`
  await documented(mobile, 'readReportLedger', ledger)
  await documented(mobile, 'readReportLedger', `${ledger}?by=recipient`)
})

test('a subscription is answered as documented from its making to its end', async () => {
  const json = { channel: 'webhook', target: { url: receiver.url('/here') } }
  const { body } = await documented(fixed, 'createSubscription', '/v1/subscriptions', { json })
  const one = `/v1/subscriptions/${body.subscriptionId}`
  expect(body).toMatchObject({ state: 'active', secret: expect.stringMatching(/^whsec_/) })
  await documented(fixed, 'readSubscription', one)
  await documented(fixed, 'listSubscriptions', '/v1/subscriptions')
  const patch = { method: 'PATCH', json: { state: 'paused' } }
  await documented(fixed, 'changeSubscription', one, patch)
  const { cert, key } = makeCertificate({ names: [] })
  const richer = {
    target: { url: 'http://127.0.0.1:1/nobody' },
    signing: 'standardWebhooksAndHttpSignature',
    clientCertificate: cert,
    clientKey: key,
  }
  const rich = await documented(fixed, 'changeSubscription', one, { method: 'PATCH', json: richer })
  expect(rich.body).toMatchObject({ pendingTarget: richer.target, signing: richer.signing })
  const rotate = { method: 'POST', json: { overlapHours: 1 } }
  const rotated = await documented(
    fixed,
    'rotateSubscriptionSecret',
    `${one}/rotate-secret`,
    rotate,
  )
  expect(rotated.body).toHaveProperty('previousSecretUntil')
  await documented(fixed, 'readSubscription', one)
  await documented(fixed, 'verifySubscription', `${one}/verify`, { method: 'POST' })
  await documented(fixed, 'testSubscription', `${one}/test`, { method: 'POST' })
  await documented(fixed, 'listDeliveries', `${one}/deliveries`)
  await documented(fixed, 'endSubscription', one, { method: 'DELETE' })
})

test('the register is answered as documented', async () => {
  const channels = [{ type: 'email', value: 'noc@example.jp' }]
  const json = { role: 'nocDuty', name: 'NOC当直', channels }
  const { body } = await documented(mobile, 'addContact', '/v1/contacts', { json })
  const one = `/v1/contacts/${body.contactId}`
  const headers = { 'if-match': '*' }
  for (const party of [mobile, fixed]) {
    await documented(party, 'listContacts', '/v1/contacts?limit=1')
    await documented(party, 'readContact', one)
    await documented(party, 'exportContacts', '/v1/contacts/export?of=all')
    await documented(party, 'listOrganisations', '/v1/organisations?limit=1')
    await documented(party, 'readOrganisation', '/v1/organisations/example-mobile')
  }
  const patch = { method: 'PATCH', json: { nameJa: '例示モバイル' }, headers }
  await documented(mobile, 'changeOrganisation', '/v1/organisations/example-mobile', patch)
  await documented(mobile, 'replaceContact', one, { method: 'PUT', json, headers })
  await documented(mobile, 'confirmContact', `${one}/confirm`, { method: 'POST' })
  const { body: order } = await documented(mobile, 'readContactOrder', '/v1/contacts/order')
  const reorder = { method: 'PUT', json: order, headers }
  await documented(mobile, 'reorderContacts', '/v1/contacts/order', reorder)
  const contacts = [json, { ...json, name: 'new' }]
  const path = '/v1/contacts/import'
  await documented(mobile, 'importContacts', `${path}?dryRun=true`, { json: { contacts } })
  const again = { ...json, name: 'renamed', contactId: body.contactId }
  await documented(mobile, 'importContacts', path, { json: { contacts: [again] }, headers })
  await documented(mobile, 'removeContact', one, { method: 'DELETE', headers })
})

test('credentials are answered as documented from their making to their end', async () => {
  const admin = await api.addParty('example-mobile', 'carrier', ['admin'])
  const json = { label: 'spare', scopes: ['reports:read'] }
  const { body: made } = await documented(admin, 'createKey', '/v1/keys', { json })
  const one = `/v1/keys/${made.keyId}`
  await documented(admin, 'rotateKey', `${one}/rotate`, { json: { overlapHours: 1 } })
  await documented(admin, 'readKey', one)
  await documented(admin, 'listKeys', '/v1/keys?limit=1')
  await documented(admin, 'revokeKey', one, { method: 'DELETE' })
  const key = newSigningKey()
  const call = { json: { label: 'hsm 1', jwk: key.jwk } }
  const base = '/v1/signing-keys'
  const headers = await signedHeaders(admin, key, base, { call })
  await documented(admin, 'registerSigningKey', base, { ...call, headers })
  await documented(admin, 'readSigningKey', `${base}/${key.keyId}`)
  await documented(admin, 'listSigningKeys', base)
  await documented(admin, 'revokeSigningKey', `${base}/${key.keyId}`, { method: 'DELETE' })
})

test('an agreement is answered, and told, as documented from its proposal to its end', async () => {
  const from = await api.addParty('example-isp', 'carrier', ['admin'])
  const to = await api.addParty('example-mvno', 'mvno', ['admin'])
  const base = '/v1/agreements'
  const ask = async (share: Partial<AgreementShare>) => {
    const json = terms(from, to, { remark: '取決め' }, share)
    return `${base}/${(await documented(from, 'proposeAgreement', base, { json })).body.agreementId}`
  }
  const post = { method: 'POST' }
  const one = await ask({ minLevel: 2, kinds: ['fault'], services: ['sms'], prefectures: ['13'] })
  await documented(to, 'acceptAgreement', `${one}/accept`, post)
  await documented(to, 'declineAgreement', `${await ask({})}/decline`, post)
  await documented(from, 'withdrawAgreement', `${await ask({ minLevel: 1 })}/withdraw`, post)
  const renewed = await ask({ mayReportFor: true })
  await documented(to, 'acceptAgreement', `${renewed}/accept`, post)
  await documented(to, 'endAgreement', `${renewed}/end`, { json: { reason: '終了' } })
  for (const party of [from, to]) {
    await documented(party, 'readAgreement', one)
    await documented(party, 'listAgreements', `${base}?limit=1`)
  }
  const { head } = await readFeedHead(api.db)
  const pull = () => from.request('/v1/events?after=0&limit=500')
  await waitFor(async () => Number((await pull()).body.next) >= head)
  const told = (await pull()).body.events.filter(({ type }: Json) =>
    String(type).includes('agreement'),
  )
  expect(told).toHaveLength(9)
  for (const event of told) {
    const verb = String(event.type).split('.')[3]!
    const name = `Agreement${verb[0]!.toUpperCase()}${verb.slice(1)}Event`
    expect(faultsAt(`#/components/schemas/${name}`, event)).toEqual([])
  }
})

test('what an endpoint is sent has the headers and the body of the webhooks section', async () => {
  const json = { channel: 'webhook', target: { url: receiver.url('/hook') } }
  const { body } = await fixed.request('/v1/subscriptions', { json })
  await fixed.request(`/v1/subscriptions/${body.subscriptionId}/test`, { method: 'POST' })
  const challenge = receiver.verifications.find(({ path }) => path === '/hook')
  const [tested] = receiver.at('/hook')
  for (const [name, request] of Object.entries({
    subscriptionVerification: challenge,
    subscriptionTest: tested,
  })) {
    const hook = `#/webhooks/${name}/post`
    const parameters = partAt(openApi, `${hook}/parameters`) as Json[]
    const needed = parameters.filter(({ required }) => required).map(({ name }) => String(name))
    expect(needed).toEqual(['webhook-id', 'webhook-timestamp', 'webhook-signature'])
    for (const header of needed) expect(request?.headers).toHaveProperty(header)
    const [mediaType = ''] = String(request?.headers['content-type']).split(';')
    const schema = `${hook}/requestBody/content/${mediaType.replace('/', '~1')}/schema`
    expect(faultsAt(schema, JSON.parse(String(request?.body)))).toEqual([])
  }
})

test('heartbeat and resync have the form that the catalogue gives', () => {
  const epoch = '0f8c2f3e-5d0a-4c8e-9b1f-2f6d3a7b9c10'
  const alive = JSON.parse(heartbeat(epoch, 7))
  expect(faultsAt('#/components/schemas/StreamHeartbeatEvent', alive)).toEqual([])
  const begin = JSON.parse(resync(epoch, 7, 'the cursor is not of this feed'))
  expect(faultsAt('#/components/schemas/StreamResyncEvent', begin)).toEqual([])
})

/** Sends a request and holds its answer to what the document says of it. */
async function documented(party: Party, operationId: string, path: string, call: Call = {}) {
  const answer = await party.request(path, call)
  expect({ operationId, faults: faultsOf(operationId, answer) }).toEqual({
    operationId,
    faults: [],
  })
  expect(answer.status).toBeLessThan(300)
  return answer
}

function faultsOf(operationId: string, answer: TestAnswer): unknown[] {
  const found = operationsOf(openApi).find(
    ({ operation }) => operation['operationId'] === operationId,
  )
  const { path = '', method = '' } = found ?? {}
  const response = `#/paths/${path.replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${answer.status}`
  if (partAt(openApi, response) === undefined) return [`${answer.status}: ${answer.text}`]
  const headers = (partAt(openApi, `${response}/headers`) ?? {}) as Record<string, Json>
  const missing = Object.entries(headers).filter(
    ([name, { required }]) => required === true && !answer.headers.has(name),
  )
  if (missing.length > 0) return missing
  const schema = `${response}/content/application~1json/schema`
  if (partAt(openApi, schema) === undefined) return answer.text === '' ? [] : ['it has a body']
  return faultsAt(schema, answer.body)
}

function faultsAt(pointer: string, value: unknown): unknown[] {
  const validate = schemaAt(openApi, pointer)
  return validate(value) ? [] : (validate.errors ?? [])
}
