// Every route × every way of not being allowed: the status that is documented, and a row in the audit
// trail. The routes are those of the running app; the table of how to call them is endpoints.ts.

import { createKey, revokeKey, type Scope, scopes, takeNonce } from '@renkei/db'
import { newNonce } from '@renkei/http-signature'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Call } from './call-api.ts'
import { type Endpoint, keyedEndpoints, makeWorld, publicRoutes, type World } from './endpoints.ts'
import type { Party } from './parties.ts'
import { addSigningKey, signedHeaders, type SigningKeyPair } from './signing-party.ts'

let api: TestApi
let world: World
let stranger: Party
let signingKey: SigningKeyPair
const keys = { unknown: `rk_${'0'.repeat(16)}_${'A'.repeat(43)}`, expired: '', revoked: '' }
const lacking = new Map<string, string>()

beforeAll(async () => {
  const env = {
    RENKEI_AUTH_FAILURES_MAX: '1000000',
    RENKEI_AUDIT_DENIALS_PER_MINUTE_MAX: '10000',
    RENKEI_REQUESTS_PER_SECOND_MAX: '1000000',
  }
  api = await startTestApi({ env })
  world = await makeWorld(api)
  stranger = await api.addParty('example-stranger', 'carrier', ['admin'])
  signingKey = await addSigningKey(api, world.owner)
  const make = (wanted: readonly Scope[], expiresAt: Date | null = null) =>
    createKey(api.db, { organisationId: 'example-mobile', label: 'x', scopes: wanted, expiresAt })
  keys.expired = (await make(['admin'], new Date(Date.now() - 1000))).apiKey
  const revoked = await make(['admin'])
  await revokeKey(api.db, revoked.keyId, new Date())
  keys.revoked = revoked.apiKey
  for (const scope of scopes) {
    const others = scopes.filter((one) => one !== scope && one !== 'admin')
    lacking.set(scope, (await make(others)).apiKey)
  }
})
afterAll(async () => {
  await world.close()
  await api.stop()
})

const nameOf = ({ method, url }: { method: string; url: string }) => `${method} ${url}`
const isKeyed = ({ url }: { url: string }) => url.startsWith('/v1/')

describe('the table', () => {
  test('has every route of the app behind a key, and no other', () => {
    const registered = api.routes.filter((route) => isKeyed(route) && route.method !== 'HEAD')
    expect(Object.keys(keyedEndpoints).toSorted()).toEqual(registered.map(nameOf).toSorted())
  })

  test('has every public route, and no other', () => {
    const registered = api.routes.filter((route) => !isKeyed(route) && route.method === 'GET')
    expect([...publicRoutes].toSorted()).toEqual(registered.map(({ url }) => url).toSorted())
    const others = api.routes.filter(
      (route) => !isKeyed(route) && !['GET', 'HEAD'].includes(route.method),
    )
    // Links of mails: whoever has one may use it, and nothing else (mail-links.it.ts).
    expect(others.map(nameOf)).toEqual(['POST /m/:token', 'POST /m/:token/unsubscribe'])
  })

  test('of what is behind a key: every route says which scope it needs', () => {
    const without = api.routes.filter((route) => isKeyed(route) && route.scope === undefined)
    expect(without).toEqual([])
  })
})

describe.each(Object.entries(keyedEndpoints))('%s', (route, endpoint) => {
  test('is answered as documented to those who may not, and each of them is on record', async () => {
    const expected = { ...everybody, ...(endpoint.foreign && { foreign: endpoint.foreign }) }
    const statuses: Record<string, number> = {}
    const unrecorded: string[] = []
    for (const column of Object.keys(expected) as Column[]) {
      const { status, body } = await columns[column](route, endpoint)
      statuses[column] = status
      if (!(await isOnRecord(String(body.requestId), status))) unrecorded.push(column)
    }
    expect(statuses).toEqual(expected)
    expect(unrecorded).toEqual([])
  })
})

const got = Object.entries(keyedEndpoints).filter(([route]) => route.startsWith('GET '))

test.each(got)('%s is answered the same to HEAD', async (route, endpoint) => {
  const head = (apiKey?: string) =>
    fetch(new URL(endpoint.path(world), api.url), {
      method: 'HEAD',
      ...(apiKey && { headers: { authorization: `Bearer ${apiKey}` } }),
    })
  const given = [undefined, 'rk_1', keys.unknown, keys.expired, keys.revoked]
  for (const apiKey of given) expect((await head(apiKey)).status).toBe(401)
  expect((await head(lackingOf(route))).status).toBe(403)
  if (endpoint.foreign) expect((await head(stranger.apiKey)).status).toBe(endpoint.foreign)
})

const everybody = {
  'no key': 401,
  'malformed key': 401,
  'unknown key': 401,
  'expired key': 401,
  'revoked key': 401,
  'wrong scope': 403,
  'replayed signature': 401,
  'altered body': 401,
} as const

type Column = keyof typeof everybody | 'foreign'
type Try = (route: string, endpoint: Endpoint) => ReturnType<Party['request']>

const withKey =
  (apiKeyOf: (route: string) => string | undefined): Try =>
  (route, endpoint) => {
    const apiKey = apiKeyOf(route)
    return send(route, endpoint, apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` })
  }

const columns: Readonly<Record<Column, Try>> = {
  'no key': withKey(() => undefined),
  'malformed key': withKey(() => 'rk_1'),
  'unknown key': withKey(() => keys.unknown),
  'expired key': withKey(() => keys.expired),
  'revoked key': withKey(() => keys.revoked),
  'wrong scope': withKey(lackingOf),
  foreign: (route, endpoint) => {
    const authorization = `Bearer ${stranger.apiKey}`
    return send(route, endpoint, { authorization }, stranger.organisationId)
  },
  // It has been received once before, by whichever process.
  'replayed signature': async (route, endpoint) => {
    const nonce = newNonce()
    const validUntil = new Date(Date.now() + 60_000)
    await takeNonce(api.db, { signingKeyId: signingKey.keyId, nonce, validUntil })
    const call = callOf(route, endpoint)
    const path = endpoint.path(world)
    const headers = await signedHeaders(world.owner, signingKey, path, { call, nonce })
    return api.request(path, { ...call, headers })
  },
  // Of what has no body, the address.
  'altered body': async (route, endpoint) => {
    const call = callOf(route, endpoint)
    const path = endpoint.path(world)
    const headers = await signedHeaders(world.owner, signingKey, path, { call })
    if (call.json !== undefined) {
      return api.request(path, { ...call, json: { ...call.json, altered: true }, headers })
    }
    const altered = `${path}${path.includes('?') ? '&' : '?'}altered=1`
    return api.request(altered, { ...call, headers })
  },
}

function send(
  route: string,
  endpoint: Endpoint,
  headers: Record<string, string>,
  by = world.owner.organisationId,
) {
  const call = callOf(route, endpoint, by)
  return api.request(endpoint.path(world), { ...call, headers: { ...call.headers, ...headers } })
}

function callOf(route: string, endpoint: Endpoint, by = world.owner.organisationId): Call {
  const [method = ''] = route.split(' ')
  return { method, ...endpoint.call?.(by) }
}

function lackingOf(route: string): string | undefined {
  const scope = api.routes.find((one) => nameOf(one) === route)?.scope
  return lacking.get(scope ?? '')
}

async function isOnRecord(requestId: string, status: number): Promise<boolean> {
  const row = await api.db
    .selectFrom('audit_entries')
    .select('detail')
    .where('action', '=', 'access.denied')
    .where('request_id', '=', requestId)
    .executeTakeFirst()
  return (row?.detail as { status?: number } | undefined)?.status === status
}
