// Bodies that no carrier's system would send on purpose. Every answer is a problem that names the
// place, and the API goes on as if nothing had been (`call-api.ts` holds each answer to the rest).

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { sendRaw } from './raw-request.ts'
import { type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())
afterEach(async () => {
  expect(await mobile.request('/v1/reports?limit=1')).toMatchObject({ status: 200 })
})

const good = () => JSON.stringify(sampleReport('example-mobile'))
const withExtension = (text: string) =>
  good().replace(/}$/, `,"extensions":{"example.test":${text}}}`)

const places = ['/v1/reports', '/v1/reports/validate', '/v1/reports/batch', '/v1/subscriptions']

describe.each(places)('POST %s refuses with 400 or 413', (path) => {
  const bodies: readonly [string, string | Buffer, string][] = [
    ['an empty body', '', 'empty'],
    ['brackets without end', '['.repeat(8000), 'depth'],
    ['braces without end', '{"a":'.repeat(8000), 'depth'],
    ['a member name given twice', '{"kind":"fault","kind":"cyber"}', 'duplicateMember'],
    ['a name given twice, once escaped', '{"kind":1,"\\u006bind":2}', 'duplicateMember'],
    ['__proto__ given twice', '{"__proto__":1,"__proto__":2}', 'duplicateMember'],
    ['half an object', '{"kind":"fault"', 'syntax'],
    ['two documents', '{}{}', 'syntax'],
    ['a comma too many', '{"kind":"fault",}', 'syntax'],
    ['a comment', '{/* */}', 'syntax'],
    ['single quotes', "{'kind':'fault'}", 'syntax'],
    ['NaN', '{"kind":NaN}', 'syntax'],
    ['a raw NUL', '{"kind":"\0"}', 'syntax'],
    ['a raw NUL alone', '\0', 'syntax'],
    ['a raw line feed in a string', '{"kind":"\n"}', 'syntax'],
    ['a bad escape', '{"kind":"\\x41"}', 'syntax'],
    [
      'a byte order mark',
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{}')]),
      'byteOrderMark',
    ],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'utf8'],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0x80, 0x22]), 'utf8'],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'utf8'],
    ['UTF-16', Buffer.from('{"kind":"fault"}', 'utf16le'), 'syntax'],
    ['Shift_JIS', Buffer.from([0x22, 0x83, 0x65, 0x83, 0x58, 0x22]), 'utf8'],
  ]
  test.each(bodies)('%s', async (_, body, rule) => {
    const { status, body: problem } = await mobile.request(path, { method: 'POST', body })
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'invalid-json' })
    expect(problem.errors).toMatchObject([{ rule, pointer: expect.any(String) }])
  })

  test('a body beyond the limit, with the limit', async () => {
    const body = Buffer.alloc(6_000_000, ' ')
    const { status, body: problem } = await mobile.request(path, { body })
    expect({ status, code: problem.code }).toEqual({ status: 413, code: 'too-large' })
    expect(problem.limitBytes).toBeGreaterThan(49_000)
  })

  test.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ])('the media type %s, with 415', async (type) => {
    const answer = await mobile.request(path, { body: good(), headers: { 'content-type': type } })
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } })
  })

  test.each(['null', 'true', '42', '"text"', '[]'])(
    '%s where an object is needed',
    async (body) => {
      const { status, body: problem } = await mobile.request(path, { body })
      expect([400, 422]).toContain(status)
      expect(problem.errors.length).toBeGreaterThan(0)
    },
  )
})

test('a batch of a hundred thousand open brackets is refused by the first that is too deep', async () => {
  const answer = await mobile.request('/v1/reports/batch', { body: '['.repeat(100_000) })
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ rule: 'depth' }] } })
})

describe('a report is refused with the pointer', () => {
  const reports: readonly [string, () => string, string][] = [
    ['with NUL in a text', () => good().replace('東京都で', '東京\\u0000'), '/texts/0/headline'],
    [
      'with half a surrogate pair',
      () => good().replace('東京都で', '\\ud83d'),
      '/texts/0/headline',
    ],
    [
      'with half a pair in a name',
      () => withExtension('{"\\udc00":1}'),
      '/extensions/example.test/\udc00',
    ],
    ['with NUL in a name', () => withExtension('{"a\\u0000":1}'), '/extensions/example.test/a\0'],
    [
      'with a member named __proto__',
      () => withExtension('{"__proto__":{"admin":true}}'),
      '/extensions/example.test/__proto__',
    ],
    [
      'with __proto__ at its head',
      () => good().replace(/^{/, '{"__proto__":{"tlp":"TLP:CLEAR"},'),
      '/__proto__',
    ],
    [
      'with constructor at its head',
      () => good().replace(/^{/, '{"constructor":{"prototype":{}},'),
      '/constructor',
    ],
    ['with a number beyond all numbers', () => withExtension('1e400'), '/extensions/example.test'],
    [
      'with a number that cannot be kept',
      () => withExtension('12345678901234567890'),
      '/extensions/example.test',
    ],
    [
      'with an infinite count',
      () => good().replace('"qualifier":"unknown"', '"qualifier":"exact","value":1e400'),
      '/impacts/0/users/value',
    ],
    [
      'with a fractional count',
      () => good().replace('"qualifier":"unknown"', '"qualifier":"exact","value":0.5'),
      '/impacts/0/users/value',
    ],
    [
      'with a negative count',
      () => good().replace('"qualifier":"unknown"', '"qualifier":"exact","value":-1'),
      '/impacts/0/users/value',
    ],
  ]
  test.each(reports)('%s', async (_, body, pointer) => {
    const { status, body: problem } = await mobile.request('/v1/reports', { body: body() })
    expect(status).toBe(422)
    const pointers = problem.errors.map((fault: Json) => String(fault['pointer']))
    expect(pointers.map((text: string) => text.toWellFormed())).toContain(pointer.toWellFormed())
  })

  test('that is larger than a report may be, though its body is short', async () => {
    const numbers = Array.from({ length: 900 }, () => '[1e15,1e15,1e15,1e15,1e15,1e15]').join(',')
    const { status, body } = await mobile.request('/v1/reports', {
      body: withExtension(`[${numbers}]`),
    })
    expect({ status, code: body.code }).toEqual({ status: 413, code: 'too-large' })
    expect(body.limitBytes).toBe(49_152)
  })

  test('with a thousand faults, of which it is told enough', async () => {
    const areas = Array.from({ length: 500 }, () => ({ type: 'sea', colour: 'blue' }))
    const json = sampleReport('example-mobile', { areas })
    const { status, body } = await mobile.request('/v1/reports', { json })
    expect(status).toBe(422)
    expect(body.errors.length).toBeLessThanOrEqual(1000)
  })
})

test('names that the language knows are names like others', async () => {
  const text = '{"toString":1,"valueOf":2,"hasOwnProperty":3,"constructor":{"prototype":4}}'
  const { status, body } = await mobile.request('/v1/reports', { body: withExtension(text) })
  expect(status).toBe(201)
  const { body: read } = await mobile.request(`/v1/reports/${body.reportId}`)
  expect(JSON.stringify(read.extensions['example.test'])).toBe(text)
})

describe('addresses and bytes that lead nowhere are told as problems', () => {
  test.each([
    '/v1/reports/%ff',
    '/%',
    '/v1/reports/%00',
    '/v1//reports',
    '/v1/reports/..%2f..%2fetc',
    '/%E0%A4%A',
  ])('%s', async (path) => {
    const answer = await sendRaw(
      api.url,
      `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${mobile.apiKey}\r\nconnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
    expect(answer).toContain('application/problem+json')
    expect(answer).not.toMatch(/node_modules|\.ts:\d/)
  })

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    [
      'two lengths',
      'POST /v1/reports HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}',
    ],
    [
      'a length and chunks',
      'POST /v1/reports HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
    ],
  ])('%s', async (_, bytes) => {
    const answer = await sendRaw(api.url, bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ code: 'invalid-request' })
  })
})
