// What stands in the database is of no use without the key, and at its own place only.

import { hash } from 'node:crypto'
import { startReceiver, type Receiver, runSql, testKey } from '@renkei/testkit'
import { parseKey } from '@renkei/vault'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dumpDatabase } from '../../../test/support/dump-database.ts'
import { startTestApi, type TestApi } from './build-test-app.ts'
import { captureLog } from './capture-log.ts'
import type { Party } from './parties.ts'
import { type Json, sampleReport } from './sample-report.ts'

const words = ['くれない一号', 'みどり局舎', '+81-3-5555-0001', '+81-3-5555-0002', 'あかね当直']
const key = parseKey(testKey)!

const log = captureLog()
let api: TestApi
let receiver: Receiver
let mobile: Party

beforeAll(async () => {
  api = await startTestApi({ log: log.log })
  receiver = await startReceiver()
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(async () => {
  await receiver.close()
  await api.stop()
})

const parts = (mark = '') => ({
  sensitive: { diagnostics: `${words[0]}${mark}`, sites: [words[1]] },
  contacts: [{ role: 'incident', name: words[4], phone: words[2] }],
})

const works = (): Json => {
  const { window, ...report } = sampleReport(
    'example-mobile',
    parts(),
    'initial-maintenance-in-progress',
  )
  const siteContact = { role: 'technical', name: words[4], phone: words[3] }
  return { ...report, window: { ...(window as Json), siteContact } }
}

async function post(json: Json, by = mobile, path = '/v1/reports'): Promise<Json> {
  const headers = path.endsWith('/revisions') ? { 'if-match': '"1"' } : {}
  const { status, body } = await by.request(path, { json, headers })
  expect({ status, body }).toMatchObject({ status: path === '/v1/reports' ? 201 : 200 })
  return body as Json
}

async function read(path: string, by = mobile): Promise<Json> {
  const { status, body } = await by.request(path)
  expect({ status, body }).toMatchObject({ status: 200 })
  return body as Json
}

describe('the database', () => {
  test('holds no secret, sensitive word, name or number of what was sent, and the API gives all of it back', async () => {
    const report = works()
    const { reportId } = await post(report)
    const revised = { ...report, sensitive: { diagnostics: `${words[0]}その二` } }
    await post(revised, mobile, `/v1/reports/${String(reportId)}/revisions`)
    const items = [{ report: sampleReport('example-mobile', parts()), idempotencyKey: 'item-1' }]
    for (let times = 0; times < 2; times += 1) {
      const batch = await mobile.request('/v1/reports/batch', { json: { items } })
      expect(batch.body.items[0]).toMatchObject({ status: 201 })
    }
    const target = { url: receiver.url('/hook') }
    const subscription = await mobile.request('/v1/subscriptions', {
      json: { channel: 'webhook', target },
    })
    expect(subscription.body).toMatchObject({ state: 'active' })

    const dump = await dumpDatabase(api.databaseUrl)
    expect(dump).toContain(String(reportId))
    const secret = String(subscription.body.secret)
    expect(secret).toMatch(/^whsec_/)
    const raw = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const forms = [
      secret,
      secret.slice(6),
      raw.toString('hex'),
      testKey,
      key.export().toString('hex'),
    ]
    for (const hidden of [...words, ...words.map(escaped), ...forms]) {
      expect(dump.includes(hidden), hidden).toBe(false)
    }

    const path = `/v1/reports/${String(reportId)}`
    const first = await read(`${path}/revisions/1`)
    expect(first).toMatchObject(report)
    expect(await read(path)).toMatchObject(revised)
    expect((await read(`${path}/revisions`))['items']).toMatchObject([report, revised])
    expect(JSON.stringify(await read(`${path}/difference?from=1&to=2`))).toContain('その二')
    expect(JSON.stringify(await read('/v1/reports?kind=maintenance'))).toContain(words[0])
    for (const path of ['/v1/snapshot', '/v1/events?after=0&limit=500']) {
      const text = JSON.stringify(await read(path))
      for (const phone of [words[2], words[3]]) expect(text, path).toContain(phone)
      expect(text, path).not.toContain('"v1.')
    }
  })

  test('with a repeat of the key of a request, gives the first answer again and seals nothing new', async () => {
    const call = { json: works(), headers: { 'idempotency-key': '"once"' } }
    const [first, again] = [
      await mobile.request('/v1/reports', call),
      await mobile.request('/v1/reports', call),
    ]
    expect(first.status).toBe(201)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.text).toBe(first.text)
    // Who has a copy of the database and the rest of the report could try all numbers.
    const asked = hash('sha256', `POST /v1/reports \n${JSON.stringify(call.json)}`, 'hex')
    const prints = await runSql(
      api.databaseUrl,
      "select encode(fingerprint, 'hex') as hex from idempotency_keys",
    )
    expect(prints.length).toBeGreaterThan(1)
    expect(prints.map(({ hex }) => hex)).not.toContain(asked)
  })
})

function escaped(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// As whoever has the database in his hands could: past the triggers.
async function tamper(statement: string): Promise<void> {
  await runSql(
    api.databaseUrl,
    `begin; set local session_replication_role = replica; ${statement}; commit`,
  )
}

const setPart = (reportId: unknown, name: string, value: string) =>
  tamper(`update report_revisions set content = jsonb_set(content::jsonb, '{${name}}', ${value})::json
    where report_id = '${String(reportId)}'`)

const partOf = (reportId: unknown, name: string) =>
  `(select content::jsonb -> '${name}' from report_revisions where report_id = '${String(reportId)}')`

describe('what was changed or moved in the database', () => {
  test.each([
    ['of another report of the same organisation', 'sensitive', 'sensitive', 'example-mobile'],
    ['of another organisation', 'contacts', 'contacts', 'example-fixed'],
    ['of another part', 'contacts', 'sensitive', 'example-mobile'],
  ])('does not open in the place %s; the rest of the report is shown', async (...row) => {
    const [, to, from, code] = row
    const other = await api.addParty(code, 'carrier')
    const target = await post(sampleReport('example-mobile', parts('ア')))
    const source = await post(sampleReport(code, parts('イ')), other)
    await setPart(target['reportId'], to, partOf(source['reportId'], from))
    const faultsBefore = log.events().filter((event) => event === 'vault.fault').length
    const view = await read(`/v1/reports/${String(target['reportId'])}`)
    expect(view).not.toHaveProperty(to)
    expect(view).toMatchObject({ kind: 'fault', texts: expect.anything() as never })
    expect(JSON.stringify(view)).not.toContain('イ')
    expect(log.events().filter((event) => event === 'vault.fault').length).toBe(faultsBefore + 1)
  })

  test('does not open after one of its characters was changed', async () => {
    const { reportId } = await post(sampleReport('example-mobile', parts()))
    const sealed = `(${partOf(reportId, 'sensitive')} #>> '{}')`
    const last = `case right(${sealed}, 1) when 'A' then 'B' else 'A' end`
    await setPart(reportId, 'sensitive', `to_jsonb(left(${sealed}, -1) || ${last})`)
    const view = await read(`/v1/reports/${String(reportId)}`)
    expect(view).not.toHaveProperty('sensitive')
    expect(view).toHaveProperty('contacts')
  })

  test('is not given to an organisation under whose name the report was put', async () => {
    const fixed = await api.addParty('example-fixed', 'carrier')
    const { reportId } = await post(sampleReport('example-mobile', parts()))
    const where = `where report_id = '${String(reportId)}'`
    await tamper(`update reports set organisation_id = 'example-fixed' ${where}`)
    const view = await read(`/v1/reports/${String(reportId)}`, fixed)
    expect(view).not.toHaveProperty('sensitive')
    expect(view).not.toHaveProperty('contacts')
  })

  test('signs nothing: a secret of another subscription is refused, and nothing is sent', async () => {
    const made = async (path: string) => {
      const json = { channel: 'webhook', target: { url: receiver.url(path) } }
      return (await mobile.request('/v1/subscriptions', { json })).body as Json
    }
    const [one, two] = [await made('/one'), await made('/two')]
    await tamper(`update subscriptions set secret = (select secret from subscriptions
      where subscription_id = '${String(two['subscriptionId'])}')
      where subscription_id = '${String(one['subscriptionId'])}'`)
    const response = await fetch(
      new URL(`/v1/subscriptions/${String(one['subscriptionId'])}/test`, api.url),
      { method: 'POST', headers: { authorization: `Bearer ${mobile.apiKey}` } },
    )
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(receiver.at('/one')).toEqual([])
  })
})
