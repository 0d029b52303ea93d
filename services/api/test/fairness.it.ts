// One organisation floods and another posts one report. A lock on the feed stands for a database that
// stalls, so that a line forms; the numbers that the feed gives afterwards tell who was stored when.

import { waitFor } from '@renkei/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'
import { emergencyReport, type Json, sampleReport } from './sample-report.ts'

let api: TestApi
let flooder: Party
let modest: Party
const batchMax = 16
const flood = 100
// By its arrival it would come after all of them. Two rounds were under way, and while its own reads what
// it needs others may be numbered; one whole round of those that came before it is left in any case.
const aheadMax = flood - batchMax

beforeAll(async () => {
  api = await startTestApi({ env: { RENKEI_ACCEPT_BATCH_MAX: String(batchMax) } })
  flooder = await api.addParty('example-mobile', 'carrier')
  modest = await api.addParty('example-fixed', 'carrier')
})
afterAll(() => api.stop())

async function whileStalled<T>(work: () => Promise<T>): Promise<T> {
  return api.db.transaction().execute(async (tx) => {
    await tx.selectFrom('feed').select('head').forUpdate().execute()
    return work()
  })
}

async function pending(): Promise<number> {
  const { text } = await api.request('/metrics')
  return Number(/^renkei_accept_pending (\d+)$/m.exec(text)?.[1])
}

const post = (
  party: Party,
  json: Json = sampleReport(party.organisationId),
  path = '/v1/reports',
) => party.request(path, { json, headers: path === '/v1/reports' ? {} : { 'if-match': '"1"' } })

// Posts more and more; resolves, with the database still stalled, when all of them wait.
async function postAll(
  all: readonly (() => Promise<TestAnswer>)[],
): Promise<Promise<TestAnswer>[]> {
  const before = await pending()
  const answers = all.map((one) => one())
  await waitFor(async () => (await pending()) === before + all.length, { timeoutMs: 20_000 })
  return answers
}

// The place in the feed of what was stored, counted from the first of the given answers.
async function placesOf(answers: readonly TestAnswer[]): Promise<number[]> {
  expect(answers.map(({ status }) => [200, 201].includes(status))).not.toContain(false)
  const rows = await api.db.selectFrom('events').select(['event_id', 'seq']).execute()
  const bySeq = new Map(rows.map((row) => [row.event_id, row.seq]))
  const numbers = answers.map(({ body }) => bySeq.get(body.eventId)!)
  const first = Math.min(...numbers)
  return numbers.map((number) => number - first)
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

test(
  "behind another's flood a report is stored in the next round, and the flood's level 4 before it",
  { timeout: 60_000 },
  async () => {
    const waiting = await whileStalled(async () => {
      const flooding = await postAll(times(flood, () => () => post(flooder)))
      const [mine] = await postAll([() => post(modest)])
      const [crisis] = await postAll([() => post(flooder, emergencyReport('example-mobile'))])
      return [mine!, crisis!, ...flooding]
    })
    const [mine, crisis, ...others] = await placesOf(await Promise.all(waiting))
    expect(crisis).toBeLessThanOrEqual(aheadMax)
    // One of the flood may have had the turn between them.
    expect(mine! - crisis!).toBeGreaterThan(0)
    expect(mine! - crisis!).toBeLessThanOrEqual(2)
    expect(others.filter((place) => place > mine!).length).toBeGreaterThanOrEqual(batchMax - 2)
  },
)

test(
  'a revision that ends a report of level 4 passes those that wait; a drill does not',
  { timeout: 60_000 },
  async () => {
    const [crisis, drill] = await Promise.all([
      post(flooder, emergencyReport('example-mobile')),
      post(flooder, emergencyReport('example-mobile', { messageStatus: 'exercise' })),
    ])
    const end = (answer: TestAnswer, members: Json = {}) => {
      const withdrawn = sampleReport(
        'example-mobile',
        { ...members, stateReason: 'reported in error' },
        'final-withdrawn',
      )
      return () => post(flooder, withdrawn, `${answer.body.links.self}/revisions`)
    }
    const waiting = await whileStalled(async () => {
      const flooding = await postAll(times(flood, () => () => post(flooder)))
      const ends = await postAll([end(drill, { messageStatus: 'exercise' }), end(crisis)])
      return [...ends, ...flooding]
    })
    const [ofDrill, ofCrisis] = await placesOf(await Promise.all(waiting))
    expect(ofCrisis).toBeLessThanOrEqual(aheadMax)
    expect(ofDrill).toBe(flood + 1)
  },
)
