import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './build-test-app.ts'
import type { Party } from './parties.ts'
import { emergencyReport, type Json, minutesFromNow, sampleReport } from './sample-report.ts'

let api: TestApi
let mobile: Party
let fixed: Party

beforeAll(async () => {
  api = await startTestApi()
  mobile = await api.addParty('example-mobile', 'carrier')
  fixed = await api.addParty('example-fixed', 'carrier')
})
afterAll(() => api.stop())

async function create(report: Json = sampleReport('example-mobile')): Promise<string> {
  const { status, body } = await mobile.request('/v1/reports', { json: report })
  expect({ status, body }).toMatchObject({ status: 201 })
  return body.reportId
}

function revise(id: string, ifMatch: string | undefined, report: Json, by = mobile) {
  const headers = { ...(ifMatch !== undefined && { 'if-match': ifMatch }) }
  return by.request(`/v1/reports/${id}/revisions`, { json: report, headers })
}

const next = (members: Json = {}) =>
  sampleReport('example-mobile', { state: 'identified', ...members })

describe('a revision', () => {
  test('is numbered one after the other and replaces the whole content', async () => {
    const id = await create()
    const { status, headers, body } = await revise(id, '"1"', next({ stateReason: '装置を特定' }))
    expect({ status, body }).toMatchObject({ status: 200, body: { reportId: id, revision: 2 } })
    expect(headers.get('etag')).toBe('"2"')
    expect(await revise(id, '"2"', next())).toMatchObject({ status: 200, body: { revision: 3 } })
    const { body: current } = await mobile.request(`/v1/reports/${id}`)
    expect(current).toMatchObject({ revision: 3, state: 'identified' })
    expect(current).not.toHaveProperty('stateReason')
  })

  test('leaves the revisions before it as they were', async () => {
    const first = sampleReport('example-mobile')
    const id = await create(first)
    await revise(id, '"1"', next())
    expect((await mobile.request(`/v1/reports/${id}/revisions/1`)).body).toMatchObject(first)
  })

  test('keeps the level while the incident is open, with the deadlines of that level', async () => {
    const id = await create(emergencyReport('example-mobile'))
    const { body } = await revise(id, '"1"', next())
    expect(body.level).toMatchObject({ value: 4 })
    expect(body.level.ruleIds[0]).toBe('level.held')
    const update = body.deadlines.find((entry: Json) => entry['kind'] === 'updatePeers')
    const asOf = Date.parse(String((next()['asOf'] as Json)['at']))
    expect(Math.round((Date.parse(update.dueAt) - asOf) / 60_000)).toBe(15)
  })

  test('may count fewer users than the one before', async () => {
    const users = (value: number) => ({
      impacts: [{ service: 'sms', effect: 'degraded', users: { value, qualifier: 'about' } }],
    })
    const id = await create(sampleReport('example-mobile', users(5000)))
    expect(await revise(id, '"1"', next(users(20)))).toMatchObject({ status: 200 })
  })
})

test('a revision replaces whatever is there when If-Match is *', async () => {
  const id = await create()
  expect(await revise(id, '"1"', next())).toMatchObject({ status: 200 })
  const { status, headers } = await revise(id, '*', next())
  expect({ status, etag: headers.get('etag') }).toEqual({ status: 200, etag: '"3"' })
})

describe('a revision is refused', () => {
  test('with 428 when If-Match is missing', async () => {
    const id = await create()
    const { status, body } = await revise(id, undefined, next())
    expect({ status, code: body.code }).toEqual({ status: 428, code: 'precondition-required' })
  })

  test.each(['W/"1"', '"1", "2"', '1', '""', '"*"'])(
    'with 400 when If-Match is %s',
    async (ifMatch) => {
      const id = await create()
      const { status, body } = await revise(id, ifMatch, next())
      expect(status).toBe(400)
      expect(body).toMatchObject({ code: 'invalid-request', errors: [{ pointer: 'If-Match' }] })
    },
  )

  test.each(['"0"', '"one"', '"99999999999"'])(
    'with 412 when If-Match is %s, which no revision has',
    async (ifMatch) => {
      const { status, body } = await revise(await create(), ifMatch, next())
      expect({ status, code: body.code }).toEqual({ status: 412, code: 'changed-meanwhile' })
      expect(body.currentRevision).toBe(1)
    },
  )

  test.each([0, 1, 2])('with 412 and the current revision when it is %i beyond', async (beyond) => {
    const id = await create()
    await revise(id, '"1"', next())
    const wanted = beyond === 0 ? 1 : 2 + beyond
    const { status, headers, body } = await revise(id, `"${wanted}"`, next())
    expect({ status, code: body.code }).toEqual({ status: 412, code: 'changed-meanwhile' })
    expect(body.currentRevision).toBe(2)
    expect(headers.get('etag')).toBe('"2"')
  })

  test('with 409 and the states that may follow, when the state cannot', async () => {
    const id = await create(sampleReport('example-mobile', { state: 'identified' }))
    const { status, body } = await revise(id, '"1"', next({ state: 'suspected' }))
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'transition-refused' })
    expect(body).toMatchObject({ from: 'identified', to: 'suspected' })
    expect(body.allowed).toContain('mitigating')
  })

  test('with 409 once the report is withdrawn', async () => {
    const id = await create()
    const withdrawn = sampleReport('example-mobile', {}, 'final-withdrawn')
    expect(await revise(id, '"1"', withdrawn)).toMatchObject({ status: 200 })
    expect(await revise(id, '"2"', next())).toMatchObject({ status: 409, body: { allowed: [] } })
  })

  test('with 409 when a drill would become real, or what is real a drill', async () => {
    const real = await create()
    const drill = await create(sampleReport('example-mobile', { messageStatus: 'exercise' }))
    const turned = await revise(real, '"1"', next({ messageStatus: 'exercise' }))
    expect(turned).toMatchObject({ status: 409, body: { allowed: ['actual'] } })
    expect(await revise(drill, '"1"', next())).toMatchObject({ status: 409 })
  })

  test('with 404 when the report is of another organisation, or of nobody', async () => {
    const id = await create()
    const own = sampleReport('example-fixed', { state: 'identified' })
    const nobody = '01985a7c-8b20-7d31-9f40-1a2b3c4d5e6f'
    const [other, none] = [
      await revise(id, '"1"', own, fixed),
      await revise(nobody, '"1"', own, fixed),
    ]
    expect([other.status, none.status]).toEqual([404, 404])
    expect(other.body.detail).toBe(none.body.detail)
  })

  test.each(['not-a-uuid', '01985A7C-8B20-7D31-9F40-1A2B3C4D5E6F', "'; DROP TABLE reports"])(
    'with 400 when the address names %s',
    async (id) => {
      const answer = await revise(encodeURIComponent(id), '"1"', next())
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
    },
  )
})

test('the all-clear of a crisis travels in the lane of the crisis', async () => {
  const id = await create(emergencyReport('example-mobile'))
  const restored = sampleReport('example-mobile', {}, 'update-restored')
  const { status, body } = await revise(id, '"1"', restored)
  expect({ status, body }).toMatchObject({ status: 200 })
  const { lane, level, peak_level } = await api.db
    .selectFrom('fan_outs')
    .innerJoin('events', 'events.seq', 'fan_outs.seq')
    .select(['lane', 'level', 'peak_level'])
    .where('event_id', '=', body.eventId)
    .executeTakeFirstOrThrow()
  expect({ lane, peak_level }).toEqual({ lane: 'level4', peak_level: 4 })
  expect(level).toBeLessThan(4)
})

test('nextUpdateBy of the samples is a promise for the time after the report', () => {
  const { nextUpdateBy, asOf } = sampleReport('example-mobile') as {
    nextUpdateBy: string
    asOf: { at: string }
  }
  expect(Date.parse(nextUpdateBy)).toBeGreaterThan(Date.parse(asOf.at))
  expect(Date.parse(asOf.at)).toBeLessThan(Date.parse(minutesFromNow(0)))
})
