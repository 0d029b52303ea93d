// More reports than can be stored: the bound of the queue holds, who is refused is told when to come
// back, and what is most urgent is refused last. A lock on the feed stands for a database that stalls.

import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'
import { emergencyReport, type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
const queueMax = 10

beforeAll(async () => {
  api = await startTestApi({
    env: {
      RENKEI_ACCEPT_QUEUE_MAX: String(queueMax),
      RENKEI_API_DATABASE_STATEMENT_MS: '10000',
    },
  })
  mobile = await api.addParty('example-mobile', 'carrier')
})
afterAll(() => api.stop())

async function whileStalled(work: () => Promise<void>): Promise<void> {
  await api.db.transaction().execute(async (tx) => {
    await tx.selectFrom('feed').select('head').forUpdate().execute()
    await work()
  })
}

async function pending(): Promise<number> {
  const { text } = await api.request('/metrics')
  return Number(/^renkei_accept_pending (\d+)$/m.exec(text)?.[1])
}

const post = (json: Json) => mobile.request('/v1/reports', { json })

// Fills the queue up to a number of submissions, which stay unanswered.
async function fill(to: number, json: Json, waiting: Promise<TestAnswer>[]): Promise<void> {
  while (waiting.length < to) {
    waiting.push(post(json))
    await waitFor(async () => (await pending()) === waiting.length)
  }
}

test(
  'beyond the bound reports get 503 with Retry-After; those of level 3 and 4 have twice the room',
  { timeout: 60_000 },
  async () => {
    const minor = sampleReport('example-mobile')
    const crisis = emergencyReport('example-mobile')
    const drill = emergencyReport('example-mobile', { messageStatus: 'exercise' })
    const waiting: Promise<TestAnswer>[] = []
    await whileStalled(async () => {
      await fill(queueMax, minor, waiting)
      for (const json of [minor, drill]) {
        const refused = await post(json)
        expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } })
        expect(refused.headers.get('retry-after')).toBe('1')
      }
      await fill(queueMax * 2, crisis, waiting)
      expect(await post(crisis)).toMatchObject({ status: 503 })

      const items = [{ report: minor }, { report: crisis }]
      const { body } = await mobile.request('/v1/reports/batch', { json: { items } })
      expect(body.items).toMatchObject([
        { status: 503, headers: { 'retry-after': '1' } },
        { status: 503, headers: { 'retry-after': '1' } },
      ])
      expect(await mobile.request('/v1/reports')).toMatchObject({ status: 200 })
    })
    const answers = await Promise.all(waiting)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    expect(await pending()).toBe(0)
    expect(await post(minor)).toMatchObject({ status: 201 })
  },
)

test(
  'what could not be stored in time is refused with 503, and nothing of it is stored',
  { timeout: 60_000 },
  async () => {
    const count = async () =>
      (await api.db.selectFrom('reports').select('report_id').execute()).length
    const before = await count()
    await whileStalled(async () => {
      const answers = await Promise.all([0, 1, 2].map(() => post(sampleReport('example-mobile'))))
      for (const { status, body } of answers) {
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'overloaded' })
      }
    })
    expect(await count()).toBe(before)
    expect(await post(sampleReport('example-mobile'))).toMatchObject({ status: 201 })
  },
)
