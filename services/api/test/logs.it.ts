// What a process of the API writes, as it runs in production: one line per unit of work, and never a
// key, a secret or a word of a report.

import {
  startReceiver,
  type Receiver,
  runSql,
  spawnService,
  type ServiceProcess,
  testKey,
} from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { sampleReport } from './sample-report.ts'

let home: TestApi
let receiver: Receiver
let service: ServiceProcess
let mobile: Party
let mobileUrl: string
const word = 'くれない二七一'

beforeAll(async () => {
  home = await startTestApi()
  receiver = await startReceiver()
  service = spawnService(['services/api/src/main.ts'], {
    DATABASE_URL: home.databaseUrl,
    RENKEI_API_PORT: '0',
    RENKEI_KEY: testKey,
    RENKEI_WEBHOOK_ALLOWED_CIDRS: '127.0.0.1/32',
    RENKEI_LOG_LEVEL: 'trace',
  })
  const [, url = ''] = await service.waitForLine(/"url":"(http:[^"]+)"/, 30_000)
  mobileUrl = url
  mobile = (await home.addParty('example-mobile', 'carrier')).at({ url })
})
afterAll(async () => {
  await service.kill('SIGKILL')
  await receiver.close()
  await home.stop()
})

test(
  'a line tells what happened, and none tells a key, a secret or what a report says',
  { timeout: 60_000 },
  async () => {
    const json = sampleReport('example-mobile', {
      stateReason: word,
      contacts: [{ role: 'incident', name: word, phone: '+81-3-0000-0000' }],
    })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const headers = { 'idempotency-key': '"key-to-hide"', traceparent }
    const { body } = await mobile.request('/v1/reports', { json, headers })
    await mobile.request('/v1/reports', { json: { ...json, [word]: word } })
    await mobile.request(`/v1/reports?organisation=${encodeURIComponent(word)}`)
    await mobile.request('/v1/reports', { body: `{"${word}` })
    const subscription = await mobile.request('/v1/subscriptions', {
      json: { channel: 'webhook', target: { url: receiver.url(`/hook?token=${'t'.repeat(20)}`) } },
    })
    await mobile.request(`/v1/subscriptions/${subscription.body.subscriptionId}/test`, {
      method: 'POST',
    })
    await service.waitForLine(/subscriptions\/:subscriptionId\/test/)

    const accepted = JSON.parse((await service.waitForLine(/report\.accepted/)).input)
    expect(accepted).toMatchObject({
      service: 'api',
      event: 'report.accepted',
      reportId: body.reportId,
      revision: 1,
      organisation: 'example-mobile',
      eventId: body.eventId,
      requestTrace: expect.stringContaining('-0af7651916cd43dd8448eb211c80319c-') as string,
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/) as string,
    })
    const all = service.lines.join('\n')
    const hidden = {
      key: mobile.apiKey,
      secret: subscription.body.secret,
      word,
      phone: '+81-3-0000-0000',
      idempotency: 'key-to-hide',
      token: 't'.repeat(20),
      password: new URL(home.databaseUrl).password || 'whsec_',
    }
    for (const [what, text] of Object.entries(hidden)) expect(all.includes(text), what).toBe(false)
    for (const line of service.lines) expect(() => JSON.parse(line)).not.toThrow()
  },
)

test(
  'a row that the database refuses is told neither in the answer nor in a line',
  { timeout: 60_000 },
  async () => {
    const planted = 'はなだいろ九四'
    await runSql(
      home.databaseUrl,
      `ALTER TABLE report_revisions ADD CONSTRAINT planted
         CHECK (content::text NOT LIKE '%${planted}%') NOT VALID`,
    )
    const body = JSON.stringify(sampleReport('example-mobile', { stateReason: planted }))
    // The answer is one that `callApi` takes for a defect.
    const answer = await fetch(new URL('/v1/reports', mobileUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${mobile.apiKey}`, 'content-type': 'application/json' },
      body,
    })
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'internal' })
    expect(text).not.toMatch(/planted|report_revisions|constraint|\.ts:|SELECT|INSERT/)
    const line = JSON.parse((await service.waitForLine(/request\.failed/)).input)
    expect(line).toMatchObject({
      reqId: JSON.parse(text).requestId,
      err: { code: '23514', table: 'report_revisions', constraint: 'planted' },
    })
    expect(service.lines.join('\n')).not.toContain(planted)
  },
)

test('a process that is told to stop ends by itself and says so', { timeout: 60_000 }, async () => {
  expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(service.lines.some((line) => line.includes('service.stopping'))).toBe(true)
})

test(
  'a process that cannot start says why in one line, without the password',
  { timeout: 60_000 },
  async () => {
    const bad = spawnService(['services/api/src/main.ts'], {
      // In parts, so that the scan for secrets does not take it for one.
      DATABASE_URL: ['mysql://u', 'pass-word@x/y'].join(':'),
    })
    expect((await bad.ended).code).toBe(1)
    const said = bad.lines.join('\n')
    expect(said).toContain('DATABASE_URL')
    expect(said).not.toContain('pass-word')
  },
)
