// Strings that have broken other systems, in every text of a report at once. Where the contract
// refuses one, it names the place, and with that place as it was the report is accepted. What is
// accepted is read back unchanged. So each string has been in each place.

import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { agree, type Party } from './parties.ts'
import { type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
  await agree(api, await api.addParty('example-mvno', 'mvno'), mobile, { mayReportFor: true })
})
afterAll(() => api.stop())

// The Big List of Naughty Strings (Max Woolf, MIT licence), when it lies beside the repository.
const listUrl = new URL('../../../../shared/data/hostile/blns/blns.json', import.meta.url)

const own = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud83d',
  '\udc00\ud800',
  '\ufeff',
  '\ufffe\uffff',
  '\u202eRIGHT TO LEFT\u202c',
  '\u200b\u200d\u2060',
  '\u2028\u2029',
  '\u0001\u001f\u007f\u0085',
  '\t\r\n',
  'e\u0301 and é',
  'ﾊﾝｶｸ 𠮷野家 👩‍👩‍👧‍👦 ㍿ 髙﨑',
  "'; DROP TABLE reports; --",
  "\\'; SELECT pg_sleep(10) --",
  '$1 ${process.env} %s {{7*7}} #{7*7}',
  '<script>alert(1)</script>',
  '"/><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '../../../../etc/passwd',
  '__proto__',
  'constructor',
  '\\u0000',
  '%00%0a',
  'TLP:CLEAR',
  '2026-07-30T09:18:00+09:00',
  'null',
  '1e400',
  'a'.repeat(3000),
  '障'.repeat(3000),
]

describe('in every text of a report a string is taken and comes back unchanged, or is refused by place', () => {
  test('strings of our own', async () => {
    for (const text of own) await tryEverywhere(text)
  })

  test('the naughty list', { timeout: 300_000 }, async ({ skip }) => {
    skip(!existsSync(listUrl), 'the Big List of Naughty Strings does not lie beside the repository')
    for (const text of JSON.parse(readFileSync(listUrl, 'utf8'))) await tryEverywhere(text)
  })
})

async function tryEverywhere(text: string): Promise<void> {
  const report = sampleReport('example-mobile', {}, 'all-fields')
  await tryAt(textPlaces(report), text, report)
}

async function tryAt(places: readonly Place[], text: string, report: Json): Promise<void> {
  if (places.length === 0) return
  const json = places.reduce<unknown>((into, place) => put(text, into, place), report)
  const { status, body } = await mobile.request('/v1/reports', { json })
  if (status === 201) {
    const read = await mobile.request(`/v1/reports/${body.reportId}`)
    const { reportId: _, revision: __, recordedAt: ___, level: ____, ...carried } = read.body
    return expect(carried).toEqual(json)
  }
  if (status === 413 && places.length > 1) {
    const half = places.length / 2
    await tryAt(places.slice(0, half), text, report)
    return tryAt(places.slice(half), text, report)
  }
  expect({ status, text }).toEqual({ status: 422, text })
  const refused = body.errors.map((fault: { pointer: string }) => fault.pointer.split('/').slice(1))
  const free = places.filter((place) => !refused.some((other: Place) => touches(place, other)))
  if (free.length === places.length) throw new Error(`${JSON.stringify(text)}: ${body.detail}`)
  return tryAt(free, text, report)
}

type Place = readonly string[]

function textPlaces(value: unknown): Place[] {
  if (typeof value === 'string') return [[]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    textPlaces(member).map((place) => [key, ...place]),
  )
}

function put(text: string, into: unknown, [token, ...rest]: Place): unknown {
  if (token === undefined) return text
  const copy = (Array.isArray(into) ? [...into] : { ...(into as Json) }) as Json
  copy[token] = put(text, copy[token], rest)
  return copy
}

// A fault speaks of a place when it stands at it, above it or below it.
function touches(place: Place, fault: Place): boolean {
  const depth = Math.min(place.length, fault.length)
  return fault.slice(0, depth).every((token, at) => token === place[at])
}
