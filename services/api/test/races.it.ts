// Two API processes on one database, as on two machines: what is decided at once by both must come
// out as if one had gone first. Each race is run many times.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'
import { type Json, sampleReport } from './sample-report.ts'

let first: TestApi
let second: TestApi
let mobile: Party

beforeAll(async () => {
  first = await startTestApi()
  second = await startTestApi({ beside: first })
  mobile = await first.addParty('example-mobile', 'carrier')
})
afterAll(async () => {
  await second.stop()
  await first.stop()
})

const rounds = Array.from({ length: 10 }, (_, round) => round)

const everywhere = (count: number): Party[] =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? mobile : mobile.at(second)))

const byStatus = (answers: readonly TestAnswer[], status: number) =>
  answers.filter((answer) => answer.status === status)

describe('of revisions posted at once for one report', () => {
  const next = (value: number): Json =>
    sampleReport('example-mobile', {
      impacts: [{ service: 'sms', effect: 'degraded', users: { value, qualifier: 'exact' } }],
    })

  test.each(rounds)('one wins and the others get 412 with the current revision (%i)', async () => {
    const created = await mobile.request('/v1/reports', { json: sampleReport('example-mobile') })
    const path = `/v1/reports/${created.body.reportId}/revisions`
    const answers = await Promise.all(
      everywhere(6).map((party, index) =>
        party.request(path, { json: next(index + 1), headers: { 'if-match': '"1"' } }),
      ),
    )
    const [winner, ...more] = byStatus(answers, 200)
    expect(more).toEqual([])
    const losers = byStatus(answers, 412)
    expect(losers).toHaveLength(5)
    for (const loser of losers) {
      expect(loser.body).toMatchObject({ code: 'changed-meanwhile', currentRevision: 2 })
      expect(loser.headers.get('etag')).toBe('"2"')
    }
    const { body } = await mobile.request(`/v1/reports/${created.body.reportId}`)
    const won = answers.indexOf(winner!)
    expect(body).toMatchObject({ revision: 2, impacts: [{ users: { value: won + 1 } }] })
  })

  test('those that try again with the revision they are told all get in, one after the other', async () => {
    const created = await mobile.request('/v1/reports', { json: sampleReport('example-mobile') })
    const path = `/v1/reports/${created.body.reportId}/revisions`
    const insist = async (party: Party, value: number): Promise<number> => {
      let ifMatch = 1
      for (;;) {
        const headers = { 'if-match': `"${ifMatch}"` }
        const answer = await party.request(path, { json: next(value), headers })
        if (answer.status === 200) return answer.body.revision
        expect(answer.status).toBe(412)
        ifMatch = answer.body.currentRevision
      }
    }
    const revisions = await Promise.all(everywhere(12).map((party, index) => insist(party, index)))
    expect(revisions.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
  })
})

describe('of requests with one idempotency key at once', () => {
  test.each(rounds)('one is stored and all get its answer, byte for byte (%i)', async (round) => {
    const body = JSON.stringify(sampleReport('example-mobile'))
    const headers = { 'idempotency-key': `"same-${round}"` }
    const before = await countReports()
    const answers = await Promise.all(
      everywhere(6).map((party) => party.request('/v1/reports', { body, headers })),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201])
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const fresh = answers.filter(({ headers: got }) => !got.has('idempotency-replayed'))
    expect(fresh).toHaveLength(1)
    expect(await countReports()).toBe(before + 1)
  })

  test.each(rounds)(
    'and different bodies, one is stored and the others get 409 (%i)',
    async (round) => {
      const headers = { 'idempotency-key': `"differs-${round}"` }
      const before = await countReports()
      const answers = await Promise.all(
        everywhere(4).map((party, index) =>
          party.request('/v1/reports', {
            json: sampleReport('example-mobile', { stateReason: `part ${index}` }),
            headers,
          }),
        ),
      )
      expect(byStatus(answers, 201)).toHaveLength(1)
      expect(byStatus(answers, 409).map(({ body }) => body.code)).toEqual([
        'idempotency-conflict',
        'idempotency-conflict',
        'idempotency-conflict',
      ])
      expect(await countReports()).toBe(before + 1)
    },
  )

  test.each(rounds)(
    'for one revision, one is stored and the repeat is no conflict (%i)',
    async (round) => {
      const created = await mobile.request('/v1/reports', { json: sampleReport('example-mobile') })
      const path = `/v1/reports/${created.body.reportId}/revisions`
      const body = JSON.stringify(sampleReport('example-mobile'))
      const headers = { 'if-match': '"1"', 'idempotency-key': `"revision-${round}"` }
      const answers = await Promise.all(
        everywhere(4).map((party) => party.request(path, { body, headers })),
      )
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    },
  )
})

async function countReports(): Promise<number> {
  const { count } = await first.db
    .selectFrom('reports')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}
