// Who has answered to a report, with what words, is for its reporter alone: every byte that each
// organisation gets by any way, what is open to all and what the services write are searched for the
// names and remarks of answers, and for who else was told.

import { type Receiver, startReceiver, waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FeedClient, openFeed } from '../services/api/test/feed-client.ts'
import {
  type Client,
  makeClient,
  type RunningService,
  spawnApi,
  spawnNotifier,
} from './support/services.ts'
import { openWorld, type World } from './support/world.ts'

const kinds = ['carrier', 'mvno', 'vendor', 'government', 'ceptoar', 'media'] as const
const secret = { by: '極秘当直QX71', remark: '極秘備考ZW93', socketRemark: '極秘備考VK55' }
const words = Object.values(secret)

interface Party {
  readonly organisationId: string
  readonly client: Client
  readonly socket: FeedClient
}

let world: World
let receiver: Receiver
let api: RunningService
let notifier: RunningService
let reporter: Party
let first: Party
let second: Party
const others: Party[] = []

beforeAll(async () => {
  ;[world, receiver] = await Promise.all([openWorld(), startReceiver()])
  ;[api, notifier] = await Promise.all([
    spawnApi(world.url),
    spawnNotifier(world.url, { RENKEI_ESCALATION_WATCH_MS: '50' }),
  ])
  reporter = await join(world.carrier)
  first = await join(await world.organisation('carrier'))
  second = await join(await world.organisation('carrier'))
  for (const kind of kinds) others.push(await join(await world.organisation(kind)))
})
afterAll(async () => {
  for (const { socket } of [reporter, first, second, ...others]) socket.socket.terminate()
  await Promise.all([api.kill('SIGTERM'), notifier.kill('SIGTERM')])
  await Promise.all([receiver.close(), world.close()])
})

async function join(organisationId: string): Promise<Party> {
  const apiKey = await world.key(organisationId, ['admin'])
  await world.subscribe({ url: receiver.url(`/${organisationId}`), organisationId })
  const socket = await openFeed(api, { apiKey })
  return { organisationId, client: makeClient(api.url, organisationId, apiKey), socket }
}

test('names and remarks of answers reach their reporter and who gave them, and nobody else', async () => {
  const { reportId, eventId } = (await reporter.client.report(undefined, { tlp: 'TLP:CLEAR' }))
    .body as Record<string, string>
  await world.settled([{ eventId } as Awaited<ReturnType<World['accept']>>])
  const address = `/v1/reports/${reportId}/acknowledgements`
  const { by, remark } = secret
  const said = { revision: 1, kind: 'assessed', answer: 'impacted', by, remark }
  expect(await first.client.post(address, said)).toMatchObject({ status: 201 })
  // Refused words are nowhere either.
  expect(await reporter.client.post(address, said)).toMatchObject({ status: 409 })
  const acknowledge = { reportId, revision: 1, kind: 'seen', remark: secret.socketRemark }
  first.socket.socket.send(JSON.stringify({ acknowledge: { ...acknowledge, kind: 'delivered' } }))
  second.socket.socket.send(JSON.stringify({ acknowledge }))
  await waitFor(() => second.socket.answers.length > 0, { what: 'the answer on the socket' })

  await waitFor(() => recordedAt(reporter) >= 2, { timeoutMs: 20_000, what: 'both answers' })

  const bytesOf = (party: Party) => everything(party, String(reportId), String(eventId))
  const reporters = await bytesOf(reporter)
  for (const word of words) expect(reporters).toContain(word)
  const own = { first: await bytesOf(first), second: await bytesOf(second) }
  expect(words.filter((word) => own.first.includes(word))).toEqual([secret.by, secret.remark])
  expect(words.filter((word) => own.second.includes(word))).toEqual([secret.socketRemark])
  // Not even that the other was told.
  expect(own.first).not.toContain(second.organisationId)
  expect(own.second).not.toContain(first.organisationId)
  for (const party of others) {
    const bytes = await bytesOf(party)
    const strangers = [first.organisationId, second.organisationId]
    expect([...words, ...strangers].filter((word) => bytes.includes(word))).toEqual([])
  }
  const open = await openBytes()
  expect(words.filter((word) => open.includes(word))).toEqual([])
}, 90_000)

function recordedAt({ organisationId }: Party): number {
  return receiver
    .at(`/${organisationId}`)
    .filter(({ body }) => body.toString('utf8').includes('jp.renkei.acknowledgement.recorded.v1'))
    .length
}

async function everything(party: Party, reportId: string, eventId: string): Promise<string> {
  const { client, organisationId, socket } = party
  const one = `/v1/reports/${reportId}`
  const paths = [
    '/v1/events?limit=500',
    '/v1/snapshot?limit=200',
    '/v1/reports?limit=200',
    one,
    `${one}/revisions`,
    `${one}/acknowledgements`,
    `${one}/acknowledgements?revision=1`,
    `${one}/ledger`,
    `/v1/events/${eventId}/ledger`,
    '/v1/subscriptions',
    '/v1/audit?limit=200',
  ]
  const answers = await Promise.all(paths.map((path) => client.get(path)))
  const frames = [...socket.events, ...socket.answers].map((frame) => JSON.stringify(frame))
  const hooks = receiver.at(`/${organisationId}`).map(({ body }) => body.toString('utf8'))
  return [...answers.map(({ text }) => text), ...frames, ...hooks].join()
}

async function openBytes(): Promise<string> {
  const urls = [
    `${api.url}/metrics`,
    `${api.url}/v1/reports`,
    String(new URL('/metrics', notifier.url)),
  ]
  const texts = await Promise.all(urls.map(async (url) => (await fetch(url)).text()))
  return [...texts, ...api.lines, ...notifier.lines].join()
}
