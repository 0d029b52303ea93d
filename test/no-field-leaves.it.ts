// No field leaves without the projection: random reports, labels, markings and agreements, posted to
// the running services; then every byte that each organisation gets by any way is searched for every
// word of the report. What may be there is said by packages/schema/test/second-statement.ts, which
// calls nothing of what it judges. Set RENKEI_TEST_SEED to repeat a run.

import { type AgreementShare, fieldSets, type Kind, type Share } from '@renkei/schema'
import { dataKeyStore, insertSubscription } from '@renkei/db'
import {
  type MailServer,
  type Receiver,
  startMailServer,
  startReceiver,
  testKey,
  waitFor,
} from '@renkei/testkit'
import { openVault, parseKey, sealTarget, type Vault } from '@renkei/vault'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { leaves } from '../packages/schema/test/second-statement.ts'
import { now as sceneNow, type Scene, type Way } from '../packages/schema/test/scene.ts'
import { type FeedClient, openFeed } from '../services/api/test/feed-client.ts'
import { agree } from './support/agree.ts'
import { anyPlantedReport, type PlantedText } from './support/plant-words.ts'
import { makeClient, type RunningService, spawnApi, spawnNotifier } from './support/services.ts'
import { newSubscription, openWorld, type World } from './support/world.ts'

const rounds = 12
const seed = Number(process.env['RENKEI_TEST_SEED'] ?? Date.now() % 1_000_000)
const kinds = ['carrier', 'mvno', 'vendor', 'government', 'ceptoar', 'media'] as const

interface Party {
  readonly organisationId: string
  readonly kind: (typeof kinds)[number]
  readonly apiKey: string
  readonly socket: FeedClient
}

interface Round extends PlantedText {
  readonly reportId: string
  readonly eventId: string
  /** By organisation: the terms that are in force towards it. */
  readonly agreed: ReadonlyMap<string, Share>
}

let world: World
let receiver: Receiver
let relay: MailServer
let vault: Vault
let api: RunningService
let notifier: RunningService
let owner: Party
const parties: Party[] = []

beforeAll(async () => {
  ;[world, receiver, relay] = await Promise.all([openWorld(), startReceiver(), startMailServer()])
  vault = await openVault({ key: parseKey(testKey)!, store: dataKeyStore(world.db) })
  api = await spawnApi(world.url)
  notifier = await spawnNotifier(world.url, {
    RENKEI_SMTP_URL: relay.url,
    RENKEI_PUBLIC_URL: api.url,
    RENKEI_MAIL_SWEEP_MS: '20',
  })
  owner = await join('carrier', world.carrier)
  // Of each kind one with agreements that change, and one without any.
  for (const kind of kinds) parties.push(await join(kind), await join(kind))
})

afterAll(async () => {
  for (const { socket } of [owner, ...parties]) socket.socket.terminate()
  await Promise.all([api.kill('SIGTERM'), notifier.kill('SIGTERM')])
  await vault.settled()
  await Promise.all([receiver.close(), relay.close(), world.close()])
})

const everything = { messageStatuses: ['actual', 'exercise', 'test'] as const }
const query = everything.messageStatuses.map((status) => `messageStatus=${status}`).join('&')

async function join(kind: Party['kind'], known?: string): Promise<Party> {
  const organisationId = known ?? (await world.organisation(kind))
  const apiKey = await world.key(organisationId, ['admin'])
  await world.subscribe({
    url: receiver.url(`/${organisationId}`),
    organisationId,
    filter: { messageStatuses: [...everything.messageStatuses] },
  })
  await subscribeByMail(organisationId)
  const socket = await openFeed(api, { apiKey }, query)
  return { organisationId, kind, apiKey, socket }
}

test('of any report, each organisation gets by any way what it may have, and nothing else', async () => {
  const reports = fc.sample(anyPlantedReport(owner.organisationId, parties[2]!.organisationId), {
    numRuns: rounds,
    seed,
  })
  const terms = fc.sample(anyTerms, { numRuns: rounds * parties.length, seed })
  const told: string[] = []
  for (const planted of reports) {
    const round = await post(planted, terms)
    for (const party of [owner, ...parties]) told.push(...(await search(round, party)))
    told.push(...searchTheRest(round, await unkeyedBytes()))
  }
  expect({ seed, told: told.slice(0, 10) }).toEqual({ seed, told: [] })
}, 240_000)

// What is of a low level waits for the hour; here it goes as soon as it waits.
async function settled(eventId: string): Promise<void> {
  const event = { eventId } as Awaited<ReturnType<World['accept']>>
  await waitFor(async () => (await world.ledger(eventId)).expanded, { timeoutMs: 20_000 })
  await world.sql(`UPDATE delivery_queue SET due_at = now() WHERE lane = 'digest'`)
  await world.settled([event])
}

async function subscribeByMail(organisationId: string): Promise<void> {
  const made = newSubscription(organisationId, '')
  const target = sealTarget(vault, made, `${organisationId}@desk.example`)
  const filter = { messageStatuses: [...everything.messageStatuses] }
  const subscription = { ...made, channel: 'email' as const, target, filter }
  await world.db.transaction().execute((tx) => insertSubscription(tx, subscription, new Date()))
}

const receivedBy = (organisationId: string) =>
  relay.mails.filter(({ to }) => to.includes(`${organisationId}@desk.example`))

function mailsTo(organisationId: string): string[] {
  return receivedBy(organisationId).map(({ raw, mail }) =>
    [raw, mail.subject, mail.text, mail.html].join('\n'),
  )
}

// Each part shows all that may be seen, and no more.
function mailParts(organisationId: string) {
  const mails = receivedBy(organisationId).map(({ mail }) => mail)
  const mailText = mails.map(({ text }) => text ?? '').join()
  return { mailText, mailHtml: mails.map(({ html }) => String(html)).join() }
}

type Terms = Omit<AgreementShare, 'from' | 'to'> & { readonly leakToo: boolean }

const anyTerms: fc.Arbitrary<Terms> = fc.record({
  tlpMax: fc.constantFrom('TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'),
  minLevel: fc.constantFrom(0, 1, 2, 3, 4),
  fieldSets: fc.subarray([...fieldSets]),
  leakToo: fc.boolean(),
})

const allKinds: readonly Kind[] = ['fault', 'congestion', 'maintenance', 'plannedDemand', 'cyber']

async function post(planted: PlantedText, terms: Terms[]): Promise<Round> {
  const agreed = new Map<string, Share>()
  for (const { organisationId: to } of parties.filter((_, index) => index % 2 === 0)) {
    const { leakToo, ...chosen } = terms.shift()!
    const leak: Kind[] = leakToo ? ['leak'] : []
    const share = { ...chosen, kinds: [...allKinds, ...leak] }

    await agree(world.db, owner.organisationId, to, share)
    const validity = { validFrom: new Date(+sceneNow - 1), validUntil: new Date(+sceneNow + 1) }
    const named = { agreementId: 'x', from: owner.organisationId, to, mayReportFor: false }
    agreed.set(to, { minLevel: 0, ...share, ...named, ...validity })
  }
  // What was agreed is known to the services before the report comes.
  const client = makeClient(api.url, owner.organisationId, owner.apiKey)
  const { status, body } = await client.post('/v1/reports', planted.report)
  if (status !== 201) throw new Error(JSON.stringify(body))
  const { reportId, eventId } = body as { reportId: string; eventId: string }
  await settled(eventId)
  return { ...planted, reportId, eventId, agreed }
}

// Compares what a party got with what it may have; gives a line for each difference.
async function search(round: Round, party: Party): Promise<string[]> {
  const scene = await sceneOf(round, party)
  const bytes = {
    push: await pushedBytes(round, party),
    read: await readBytes(round, party),
    ...mailParts(party.organisationId),
  }
  const lines: string[] = []
  for (const [pointer, word] of round.words) {
    for (const way of ['push', 'mailText', 'mailHtml', 'read'] as const) {
      const may = leaves(scene, pointer, way === 'read' ? 'read' : 'push')
      // What is pushed is also read.
      const got = bytes[way].includes(word)
      if (may !== got) lines.push(lineOf(round, party, { pointer, way, may, got }))
    }
  }
  return lines
}

interface Difference {
  readonly pointer: string
  readonly way: Way | 'mailText' | 'mailHtml'
  readonly may: boolean
  readonly got: boolean
}

function lineOf({ report, agreed }: Round, party: Party, { pointer, way, may, got }: Difference) {
  const share = JSON.stringify(agreed.get(party.organisationId) ?? null)
  const { kind, tlp, markings = [] } = report
  return `${pointer} (${way}) to a ${party.kind}: may ${may}, got ${got}; ${kind} ${tlp} ${JSON.stringify(markings)} ${share}`
}

async function sceneOf({ report, reportId, words, agreed }: Round, party: Party): Promise<Scene> {
  const [row] = await world.sql(
    `SELECT kinds, peak_level, services, prefectures, owners FROM reports WHERE report_id = '${reportId}'`,
  )
  const facts = {
    organisationId: owner.organisationId,
    messageStatus: report.messageStatus,
    kinds: row!['kinds'],
    peakLevel: row!['peak_level'],
    services: row!['services'],
    prefectures: row!['prefectures'],
    owners: row!['owners'],
  } as Scene['facts']
  const viewer = { organisationId: party.organisationId, organisationKind: party.kind }
  return { report, words, strangers: [], facts, viewer, agreed: agreed.get(party.organisationId) }
}

// Webhooks, sockets, long poll and snapshot say the same. A frame may still be on its way when the
// webhooks have come: the head of the feed tells how far the socket must be.
async function pushedBytes({ reportId }: Round, party: Party): Promise<string> {
  const client = makeClient(api.url, party.organisationId, party.apiKey)
  const pulled = await client.get(`/v1/events?${query}&limit=500`)
  const snapshot = await client.get(`/v1/snapshot?${query}&limit=200`)
  const frames = () => party.socket.events.map((event) => JSON.stringify(event)).join()
  // Of reports before this one another agreement may tell more by now; only this one is compared.
  const arrived = () => !pulled.text.includes(reportId) || frames().includes(reportId)
  await waitFor(arrived, { timeoutMs: 10_000, what: 'a frame' })
  const webhooks = receiver.at(`/${party.organisationId}`).map(({ body }) => body.toString('utf8'))
  const mails = mailsTo(party.organisationId)
  const ways = [webhooks.join(), mails.join(), frames(), pulled.text]
  const about = ways.filter((text) => text.includes(reportId)).length
  expect([0, ways.length]).toContain(about)
  return [...ways, snapshot.text].join()
}

async function readBytes({ reportId, eventId }: Round, party: Party): Promise<string> {
  const client = makeClient(api.url, party.organisationId, party.apiKey)
  const one = `/v1/reports/${reportId}`
  const paths = [
    `/v1/reports?${query}&limit=200`,
    one,
    `${one}/revisions`,
    `${one}/revisions/1`,
    `${one}/difference?from=1&to=1`,
    `/v1/events/${eventId}/ledger`,
    '/v1/subscriptions',
    '/v1/audit?limit=200',
  ]
  const answers = await Promise.all(paths.map((path) => client.get(path)))
  return answers.map(({ text }) => text).join()
}

async function unkeyedBytes(): Promise<string> {
  const paths = ['/metrics', '/readyz', '/docs', '/openapi.json', '/v1/reports']
  const answers = await Promise.all(paths.map((path) => fetch(`${api.url}${path}`)))
  const metrics = await fetch(new URL('/metrics', notifier.url))
  return (await Promise.all([...answers, metrics].map((answer) => answer.text()))).join()
}

// What nobody signed in for, and what the services write about themselves, holds no word of anybody.
function searchTheRest({ words }: Round, unkeyed: string): string[] {
  const bytes = unkeyed + api.lines.join() + notifier.lines.join()
  return [...words].flatMap(([pointer, word]) =>
    bytes.includes(word) ? [`${pointer} stands in a log or an open answer`] : [],
  )
}
