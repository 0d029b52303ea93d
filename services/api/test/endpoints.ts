// Every route of the API, and how to call it for real on objects of one organisation. Whoever adds a
// route adds a row: endpoints.it.ts fails until then.

import { agree } from '../../../test/support/agree.ts'
import { startReceiver } from '@renkei/testkit'
import type { TestApi } from './build-test-app.ts'
import type { Call } from './call-api.ts'
import type { Party } from './parties.ts'
import { contact } from './register-party.ts'
import { sampleReport } from './sample-report.ts'
import { addSigningKey } from './signing-party.ts'

/** What `example-mobile` has, and no other organisation may know of. */
export interface World {
  readonly owner: Party
  readonly reportId: string
  readonly eventId: string
  readonly subscriptionId: string
  readonly replayId: string
  readonly contactId: string
  readonly agreementId: string
  readonly proposalId: string
  readonly keyId: string
  readonly signingKeyId: string
  readonly close: () => Promise<void>
}

export interface Endpoint {
  readonly path: (world: World) => string
  /** What is sent, as the organisation that calls would. */
  readonly call?: (by: string) => Omit<Call, 'method'>
  /** What another organisation is answered; absent where no single object is named. */
  readonly foreign?: 403 | 404
}

const named = (path: (world: World) => string, call?: Endpoint['call']): Endpoint => ({
  path,
  foreign: 404,
  ...(call && { call }),
})
const plain = (path: string, call?: Endpoint['call']): Endpoint => ({
  path: () => path,
  ...(call && { call }),
})
const sending = (json: unknown) => () => ({ json })
const matching = (json: unknown) => () => ({ json, headers: { 'if-match': '"1"' } })

const ofReport = (rest: string) => (world: World) => `/v1/reports/${world.reportId}${rest}`
const ofSubscription = (rest: string) => (world: World) =>
  `/v1/subscriptions/${world.subscriptionId}${rest}`
const ofContact = (rest: string) => (world: World) => `/v1/contacts/${world.contactId}${rest}`
const ofProposal = (verb: string) => (world: World) => `/v1/agreements/${world.proposalId}/${verb}`
const ofKey = (rest: string) => (world: World) => `/v1/keys/${world.keyId}${rest}`
const ofSigningKey = (world: World) => `/v1/signing-keys/${world.signingKeyId}`

const reportOf = (by: string) => sampleReport(by, { tlp: 'TLP:AMBER' })
const report = (by: string) => ({ json: reportOf(by) })

export const keyedEndpoints: Readonly<Record<string, Endpoint>> = {
  'POST /v1/reports': plain('/v1/reports', report),
  'POST /v1/reports/:reportId/revisions': named(ofReport('/revisions'), (by) => ({
    json: reportOf(by),
    headers: { 'if-match': '"1"' },
  })),
  'POST /v1/reports/batch': plain('/v1/reports/batch', (by) => ({
    json: { items: [{ report: reportOf(by) }] },
  })),
  'POST /v1/reports/validate': plain('/v1/reports/validate', report),
  'GET /v1/reports': plain('/v1/reports'),
  'GET /v1/reports/:reportId': named(ofReport('')),
  'GET /v1/reports/:reportId/difference': named(ofReport('/difference?from=1&to=2')),
  'GET /v1/reports/:reportId/revisions': named(ofReport('/revisions')),
  'GET /v1/reports/:reportId/revisions/:revision': named(ofReport('/revisions/1')),
  'POST /v1/reports/:reportId/acknowledgements': named(
    ofReport('/acknowledgements'),
    sending({ revision: 1, kind: 'seen' }),
  ),
  'GET /v1/reports/:reportId/acknowledgements': named(ofReport('/acknowledgements')),
  'GET /v1/events': plain('/v1/events'),
  'GET /v1/events/:eventId/ledger': named((world) => `/v1/events/${world.eventId}/ledger`),
  'GET /v1/reports/:reportId/ledger': named(ofReport('/ledger')),
  'GET /v1/snapshot': plain('/v1/snapshot'),
  'GET /v1/feed': plain('/v1/feed'),
  'POST /v1/subscriptions': plain(
    '/v1/subscriptions',
    sending({ channel: 'webhook', target: { url: 'https://noc.example.jp/hook' } }),
  ),
  'GET /v1/subscriptions': plain('/v1/subscriptions'),
  'GET /v1/subscriptions/:subscriptionId': named(ofSubscription('')),
  'PATCH /v1/subscriptions/:subscriptionId': named(
    ofSubscription(''),
    sending({ state: 'paused' }),
  ),
  'DELETE /v1/subscriptions/:subscriptionId': named(ofSubscription('')),
  'POST /v1/subscriptions/:subscriptionId/rotate-secret': named(
    ofSubscription('/rotate-secret'),
    sending({ overlapHours: 1 }),
  ),
  'POST /v1/subscriptions/:subscriptionId/verify': named(ofSubscription('/verify')),
  'POST /v1/subscriptions/:subscriptionId/test': named(ofSubscription('/test')),
  'GET /v1/subscriptions/:subscriptionId/deliveries': named(ofSubscription('/deliveries')),
  'GET /v1/subscriptions/:subscriptionId/deliveries/:eventId/attempts': named(
    (world) => `/v1/subscriptions/${world.subscriptionId}/deliveries/${world.eventId}/attempts`,
  ),
  'GET /v1/subscriptions/:subscriptionId/ledger': named(ofSubscription('/ledger')),
  'POST /v1/subscriptions/:subscriptionId/replays': named(
    ofSubscription('/replays'),
    sending({ filter: {} }),
  ),
  'GET /v1/subscriptions/:subscriptionId/replays': named(ofSubscription('/replays')),
  'GET /v1/subscriptions/:subscriptionId/replays/:replayId': named(
    (world) => `/v1/subscriptions/${world.subscriptionId}/replays/${world.replayId}`,
  ),
  'POST /v1/subscriptions/:subscriptionId/replays/:replayId/cancel': named(
    (world) => `/v1/subscriptions/${world.subscriptionId}/replays/${world.replayId}/cancel`,
  ),
  'GET /v1/organisations': plain('/v1/organisations'),
  // Organisations know of each other: that they take part is no secret.
  'GET /v1/organisations/:organisationId': plain('/v1/organisations/example-mobile'),
  'PATCH /v1/organisations/:organisationId': {
    ...plain('/v1/organisations/example-mobile', matching({ name: 'Renamed' })),
    foreign: 404,
  },
  'GET /v1/contacts': plain('/v1/contacts'),
  'POST /v1/contacts': plain('/v1/contacts', sending(contact('desk'))),
  'GET /v1/contacts/order': plain('/v1/contacts/order'),
  'PUT /v1/contacts/order': plain('/v1/contacts/order', matching({ order: [] })),
  'GET /v1/contacts/:contactId': named(ofContact('')),
  'PUT /v1/contacts/:contactId': named(ofContact(''), matching(contact('desk'))),
  'DELETE /v1/contacts/:contactId': named(ofContact(''), () => ({
    headers: { 'if-match': '"1"' },
  })),
  'POST /v1/contacts/:contactId/confirm': named(ofContact('/confirm'), () => ({
    headers: { 'if-match': '"1"' },
  })),
  'GET /v1/contacts/export': plain('/v1/contacts/export?format=json&of=own'),
  'POST /v1/contacts/import': plain('/v1/contacts/import', sending({ contacts: [] })),
  'POST /v1/agreements': plain('/v1/agreements', sending({ counterpart: 'example-fixed' })),
  'GET /v1/agreements': plain('/v1/agreements'),
  'GET /v1/agreements/:agreementId': named((world) => `/v1/agreements/${world.agreementId}`),
  'POST /v1/agreements/:agreementId/accept': named(ofProposal('accept')),
  'POST /v1/agreements/:agreementId/decline': named(ofProposal('decline')),
  'POST /v1/agreements/:agreementId/withdraw': named(ofProposal('withdraw')),
  'POST /v1/agreements/:agreementId/end': named(
    (world) => `/v1/agreements/${world.agreementId}/end`,
    sending({ reason: 'over' }),
  ),
  'GET /v1/audit': plain('/v1/audit'),
  'GET /v1/audit/export': plain('/v1/audit/export'),
  'POST /v1/keys': plain('/v1/keys', sending({ label: 'x', scopes: ['reports:read'] })),
  'GET /v1/keys': plain('/v1/keys'),
  'GET /v1/keys/:keyId': named(ofKey('')),
  'DELETE /v1/keys/:keyId': named(ofKey('')),
  'POST /v1/keys/:keyId/rotate': named(ofKey('/rotate'), sending({ overlapHours: 1 })),
  'POST /v1/signing-keys': plain('/v1/signing-keys', sending({ label: 'x', jwk: {} })),
  'GET /v1/signing-keys': plain('/v1/signing-keys'),
  'GET /v1/signing-keys/:signingKeyId': named(ofSigningKey),
  'DELETE /v1/signing-keys/:signingKeyId': named(ofSigningKey),
}

/** What needs no key: the contract, its documents, and the state of the service. */
export const publicRoutes: readonly string[] = [
  '/',
  '/.well-known/http-message-signatures-directory',
  '/asyncapi.json',
  '/codes/',
  '/codes/:file',
  '/docs',
  '/docs/json',
  '/docs/page.css',
  '/docs/static/*',
  '/docs/static/index.html',
  '/docs/static/swagger-initializer.js',
  '/docs/yaml',
  '/livez',
  '/m/:token',
  '/metrics',
  '/openapi.json',
  '/problems',
  '/problems/:slug',
  '/readyz',
  '/rule-sets/',
  '/rule-sets/:file',
  '/schemas/',
  '/schemas/:file',
]

/** Makes one of everything for `example-mobile`, labelled so that nobody else may know of it. */
export async function makeWorld(api: TestApi): Promise<World> {
  const receiver = await startReceiver()
  const owner = await api.addParty('example-mobile', 'carrier', ['admin'])
  const partner = await api.addParty('example-partner', 'carrier', ['admin'])
  const made = async (path: string, json: unknown) => {
    const { status, body } = await owner.request(path, { json })
    if (status !== 201 && status !== 202)
      throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`)
    return body
  }
  const { reportId, eventId } = await made('/v1/reports', reportOf(owner.organisationId))
  const target = { url: receiver.url('/hook') }
  const { subscriptionId } = await made('/v1/subscriptions', { channel: 'webhook', target })
  const { replayId } = await made(`/v1/subscriptions/${subscriptionId}/replays`, { filter: {} })
  const { contactId } = await made('/v1/contacts', contact('secret', { tlp: 'TLP:RED' }))
  const terms = { tlpMax: 'TLP:GREEN', fieldSets: [] }
  const { agreementId } = await agree(api.db, owner.organisationId, partner.organisationId)
  const { agreementId: proposalId } = await made('/v1/agreements', {
    counterpart: partner.organisationId,
    ndaReference: 'NDA-2',
    validFrom: new Date(Date.now() + 86_400_000).toISOString(),
    validUntil: new Date(Date.now() + 8_640_000_000).toISOString(),
    shares: [{ from: owner.organisationId, to: partner.organisationId, ...terms }],
  })
  const { keyId } = await made('/v1/keys', { label: 'spare', scopes: ['reports:read'] })
  const { keyId: signingKeyId } = await addSigningKey(api, owner)
  return {
    owner,
    reportId,
    eventId,
    subscriptionId,
    replayId,
    contactId,
    agreementId,
    proposalId,
    keyId,
    signingKeyId,
    close: () => receiver.close(),
  }
}
