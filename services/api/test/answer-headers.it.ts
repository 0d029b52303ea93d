// What every answer carries, and what none does.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { sendRaw } from './raw-request.ts'
import { sampleReport } from './sample-report.ts'

let api: TestApi
let party: Party
const origin = 'https://elsewhere.example'

beforeAll(async () => {
  api = await startTestApi()
  party = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())

const report = () => JSON.stringify(sampleReport('example-mobile'))
const requests: readonly [string, string, RequestInit, number][] = [
  ['what is stored', '/v1/reports', { method: 'POST' }, 201],
  ['what is read', '/v1/reports', {}, 200],
  ['a refusal', '/v1/reports?limit=0', {}, 400],
  ['a key that is none', '/v1/reports', { headers: { authorization: 'Bearer rk_x' } }, 401],
  ['an address that leads nowhere', '/v1/nothing', {}, 404],
  ['what is public', '/livez', {}, 200],
  ['a page', '/', {}, 200],
  ['the document', '/openapi.json', {}, 200],
]

async function send(path: string, init: RequestInit): Promise<Response> {
  return fetch(`${api.url}${path}`, {
    ...init,
    ...(init.method === 'POST' && { body: report() }),
    headers: {
      authorization: `Bearer ${party.apiKey}`,
      'content-type': 'application/json',
      'x-request-id': 'mine',
      origin,
      ...(init.headers as Record<string, string>),
    },
  })
}

describe.each(requests)('%s', (what, path, init, status) => {
  test('has the identifier that Renkei gave it, and opens nothing to other origins', async () => {
    const answer = await send(path, init)
    expect(answer.status).toBe(status)
    const { headers } = answer
    const id = headers.get('x-request-id')
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
    if (status >= 400) expect(await answer.json()).toMatchObject({ requestId: id })
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/)
    expect(headers.has('x-powered-by') || headers.has('server')).toBe(false)
    const policy = headers.get('content-security-policy')
    expect(policy, what).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
  })
})

test.each(requests.filter(([, path]) => path.startsWith('/v1/reports')))(
  'nothing between keeps %s',
  async (_, path, init) => {
    expect((await send(path, init)).headers.get('cache-control')).toBe('no-store')
  },
)

test.each(['/v1/reports', '/v1/feed', '/livez'])('a preflight for %s is refused', async (path) => {
  const answer = await fetch(`${api.url}${path}`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  })
  expect(answer.status).toBe(404)
  expect([...answer.headers.keys()].join(' ')).not.toContain('access-control')
})

test('an address that is none is refused with an identifier and opens nothing either', async () => {
  const answer = await send('/%', {})
  expect(await answer.json()).toMatchObject({ requestId: answer.headers.get('x-request-id') })
  expect([...answer.headers.keys()].join(' ')).not.toContain('access-control')
})

test('bytes that are no request get an identifier too', async () => {
  const answer = await sendRaw(api.url, 'hello\r\n\r\n')
  const id = /^x-request-id: (\S+)\r$/im.exec(answer)?.[1]
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(answer).toContain(`"requestId":"${id}"`)
})
