// More reports than can be stored: the bound of the queue holds, who is refused is told when to come
// back, and what is most urgent is refused last. A lock on the feed stands for a database that stalls.

import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'
import { emergencyReport, sampleReport } from './sample-report.ts'

let api: TestApi
let carriers: Party[]
let mobile: Party
const queueMax = 10
const share = 5

beforeAll(async () => {
  api = await startTestApi({
    env: {
      RENKEI_ACCEPT_QUEUE_MAX: String(queueMax),
      RENKEI_ACCEPT_QUEUE_SHARE_PERCENT: '50',
      RENKEI_API_DATABASE_STATEMENT_MS: '10000',
    },
  })
  const codes = ['example-mobile', 'example-fixed', 'example-satellite', 'example-cable']
  carriers = await Promise.all(codes.map((code) => api.addParty(code, 'carrier')))
  mobile = carriers[0]!
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

const post = (party: Party, make: typeof sampleReport = sampleReport) =>
  party.request('/v1/reports', { json: make(party.organisationId) })

const level3 = (organisation: string) => sampleReport(organisation, {}, 'flash-congestion')
const drill = (organisation: string) => emergencyReport(organisation, { messageStatus: 'exercise' })

// Fills the share of each party; the submissions stay unanswered.
async function fill(
  parties: readonly Party[],
  waiting: Promise<TestAnswer>[],
  make: typeof sampleReport = sampleReport,
): Promise<void> {
  for (const party of parties) {
    for (let count = 0; count < share; count += 1) {
      waiting.push(post(party, make))
      await waitFor(async () => (await pending()) === waiting.length)
    }
  }
}

test(
  'an organisation fills its share of the queue and no more; all of them the queue, levels 3 and 4 later',
  { timeout: 60_000 },
  async () => {
    const [, fixed, satellite, cable] = carriers as [Party, Party, Party, Party]
    const waiting: Promise<TestAnswer>[] = []
    await whileStalled(async () => {
      await fill([mobile], waiting)
      for (const make of [sampleReport, drill]) {
        const refused = await post(mobile, make)
        expect(refused).toMatchObject({ status: 429, body: { code: 'limit-reached' } })
        expect(refused.headers.get('retry-after')).toBe('1')
      }
      await fill([fixed], waiting)
      const refused = await post(satellite)
      expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } })
      expect(refused.headers.get('retry-after')).toBe('1')

      // Its share of level 4 is beside that of its other reports.
      await fill([mobile], waiting, emergencyReport)
      expect(await post(mobile, emergencyReport)).toMatchObject({ status: 429 })
      expect(await post(satellite, level3)).toMatchObject({ status: 503 })
      await fill([fixed], waiting, emergencyReport)
      expect(await post(cable, emergencyReport)).toMatchObject({ status: 503 })

      const report = (make: typeof sampleReport) => ({ report: make('example-satellite') })
      const items = [report(sampleReport), report(emergencyReport)]
      const { body } = await satellite.request('/v1/reports/batch', { json: { items } })
      expect(body.items).toMatchObject([
        { status: 503, headers: { 'retry-after': '1' } },
        { status: 503, headers: { 'retry-after': '1' } },
      ])
      expect(await mobile.request('/v1/reports')).toMatchObject({ status: 200 })
    })
    const answers = await Promise.all(waiting)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    expect(await pending()).toBe(0)
    expect(await post(mobile)).toMatchObject({ status: 201 })
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
      const answers = await Promise.all([0, 1, 2].map(() => post(mobile)))
      for (const { status, body } of answers) {
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'overloaded' })
      }
    })
    expect(await count()).toBe(before)
    expect(await post(mobile)).toMatchObject({ status: 201 })
  },
)
