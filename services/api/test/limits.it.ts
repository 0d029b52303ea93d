// What one organisation may send: reports by level, and everything else. The rates are so low here that
// they are met at once; what a second allows anew is too little to matter.

import { connect } from 'node:net'
import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'
import { emergencyReport, type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let parties = 0
const burst = 5
const readBurst = 40

beforeAll(async () => {
  api = await startTestApi({
    env: {
      RENKEI_REPORTS_PER_SECOND_MAX: '1',
      RENKEI_REPORTS_BURST_MAX: String(burst),
      RENKEI_URGENT_REPORTS_PER_SECOND_MAX: '1',
      RENKEI_URGENT_REPORTS_BURST_MAX: String(burst),
      RENKEI_READ_REPORTS_PER_SECOND_MAX: '1',
      RENKEI_READ_REPORTS_BURST_MAX: String(readBurst),
      RENKEI_REQUESTS_PER_SECOND_MAX: '1',
      RENKEI_REQUESTS_BURST_MAX: String(burst),
      RENKEI_BURST_SECONDS: '3600',
    },
  })
})
afterAll(() => api.stop())

// Each test has an organisation that has sent nothing yet.
async function newParty(): Promise<Party> {
  parties += 1
  return api.addParty(`example-${parties}`, 'carrier')
}

const post = (party: Party, json: Json = sampleReport(party.organisationId)) =>
  party.request('/v1/reports', { json })

// Repeats a request until it is refused; resolves to the refusal.
async function untilRefused(ask: () => Promise<TestAnswer>): Promise<TestAnswer> {
  return waitFor(
    async () => {
      const answer = await ask()
      return answer.status === 429 && answer
    },
    { what: 'a refusal', everyMs: 0, timeoutMs: 20_000 },
  )
}

const refusal = { status: 429, body: { code: 'limit-reached' } }

describe('beyond the rate of ordinary reports', () => {
  test('a report gets 429 with the time to come back and how the limit stands', async () => {
    const party = await newParty()
    const accepted = await post(party)
    expect(accepted.status).toBe(201)
    const policy = '"reports";q=1;w=1, "reports-burst";q=5;w=3600'
    expect(accepted.headers.get('ratelimit-policy')).toBe(policy)
    const refused = await untilRefused(() => post(party))
    expect(refused).toMatchObject(refusal)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('ratelimit-policy')).toBe(policy)
    expect(refused.headers.get('ratelimit')).toBe('"reports";r=0;t=1')
    await waitFor(async () => (await post(party)).status === 201, { timeoutMs: 10_000 })
  })

  test('a report of level 4 is still taken, up to a limit of its own', async () => {
    const party = await newParty()
    await untilRefused(() => post(party))
    const crisis = () => post(party, emergencyReport(party.organisationId))
    expect(await crisis()).toMatchObject({ status: 201, body: { level: { value: 4 } } })
    const refused = await untilRefused(crisis)
    expect(refused.headers.get('ratelimit-policy')).toContain('"urgent-reports";q=1')
  })

  test.each(['exercise', 'test'])(
    'one of level 4 with the status %s is not',
    async (messageStatus) => {
      const party = await newParty()
      const drill = () => post(party, emergencyReport(party.organisationId, { messageStatus }))
      const refused = await untilRefused(drill)
      expect(refused.headers.get('ratelimit-policy')).toContain('"reports";q=1')
    },
  )

  test('a revision that ends a report of level 4 is still taken, one of another report is not', async () => {
    const party = await newParty()
    const { organisationId } = party
    const crisis = await post(party, emergencyReport(organisationId))
    const minor = await post(party)
    await untilRefused(() => post(party))
    const end = ({ body }: TestAnswer) =>
      party.request(`${body.links.self}/revisions`, {
        json: sampleReport(organisationId, { stateReason: 'in error' }, 'final-withdrawn'),
        headers: { 'if-match': '"1"' },
      })
    expect(await untilRefused(() => end(minor))).toMatchObject(refusal)
    expect(await end(crisis)).toMatchObject({ status: 200, body: { revision: 2 } })
  })

  test("another organisation's report of level 4 lends its revisions nothing", async () => {
    const [party, other] = [await newParty(), await newParty()]
    const { body } = await post(other, emergencyReport(other.organisationId))
    await untilRefused(() => post(party))
    const steal = () =>
      party.request(`${body.links.self}/revisions`, {
        json: sampleReport(party.organisationId),
        headers: { 'if-match': '"1"' },
      })
    expect(await untilRefused(steal)).toMatchObject(refusal)
  })

  test('each item of a batch is counted and refused by itself', async () => {
    const party = await newParty()
    const { organisationId } = party
    const minor = { report: sampleReport(organisationId) }
    const crisis = { report: emergencyReport(organisationId) }
    const items = [...Array.from({ length: 12 }, () => minor), crisis]
    const { body } = await party.request('/v1/reports/batch', { json: { items } })
    const statuses: number[] = body.items.map((item: Json) => item['status'])
    expect(statuses.slice(0, burst)).toEqual(Array.from({ length: burst }, () => 201))
    expect(statuses.at(-2)).toBe(429)
    expect(statuses.at(-1)).toBe(201)
    expect(body.items.at(-2)).toMatchObject({
      headers: { 'retry-after': '1' },
      body: { code: 'limit-reached' },
    })
  })
})

describe('beyond the rate at which reports are read', () => {
  test('a report of any level is refused', async () => {
    const party = await newParty()
    // Counted as they are read, although nothing of them is stored.
    const broken = () => party.request('/v1/reports', { body: '{}' })
    const refused = await untilRefused(broken)
    expect(refused.headers.get('ratelimit-policy')).toContain('"read-reports";q=1')
    const crisis = () => post(party, emergencyReport(party.organisationId))
    expect(await untilRefused(crisis)).toMatchObject(refusal)
  })

  test('the answer comes before the body does, and the connection is good for the next request', async () => {
    const party = await newParty()
    await untilRefused(() => party.request('/v1/reports', { body: '{}' }))
    const { hostname, port } = new URL(api.url)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
    const head = (length: number) =>
      `POST /v1/reports HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${party.apiKey}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
    socket.write(head(50_000))
    await waitFor(() => statuses().length === 1)
    socket.write(Buffer.alloc(50_000, 'x'))
    socket.write(head(1_000_000))
    await waitFor(() => statuses().length === 2)
    expect(statuses()).toEqual(['429', '429'])
    // A body that would have been refused for its size is not waited for.
    await waitFor(() => socket.closed || socket.readableEnded)
    expect(text.match(/connection: \S+/gi)).toEqual([
      expect.stringContaining('keep-alive'),
      expect.stringContaining('close'),
    ])
    socket.destroy()
  })

  test('an endless body is cut off', async () => {
    const party = await newParty()
    await untilRefused(() => party.request('/v1/reports', { body: '{}' }))
    const { hostname, port } = new URL(api.url)
    const socket = connect(Number(port), hostname)
    const ended = new Promise((resolve) => socket.once('error', resolve).once('close', resolve))
    socket.write(
      `POST /v1/reports HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${party.apiKey}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    )
    const chunk = Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`)
    const timer = setInterval(() => socket.writable && socket.write(chunk), 1)
    await ended
    clearInterval(timer)
  })
})

test('the other requests of an organisation have a limit of their own', async () => {
  const [party, other] = [await newParty(), await newParty()]
  const read = () => party.request('/v1/reports?limit=1')
  const refused = await untilRefused(read)
  expect(refused).toMatchObject(refusal)
  expect(refused.headers.get('ratelimit-policy')).toContain('"requests";q=1')
  expect((await post(party)).status).toBe(201)
  expect((await other.request('/v1/reports?limit=1')).status).toBe(200)
})
