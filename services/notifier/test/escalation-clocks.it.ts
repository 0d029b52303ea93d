// When an answer is due: to the millisecond, from the first revision of a level, for whom it is owed.

import { startClocks } from '@renkei/db'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { after, type EscalationScene, minuteMs, openScene, start } from './escalation-scene.ts'

let scene: EscalationScene
let { world, late, look, owe, answer, stepsOf, clockOf } = {} as EscalationScene

beforeEach(async () => {
  scene = await openScene()
  ;({ world, late, look, owe, answer, stepsOf, clockOf } = scene)
})
afterEach(() => scene.close())

describe('the deadline', () => {
  test.each([
    [4, 10],
    [3, 30],
    [2, 60],
  ] as const)(
    'of level %i is over after %i minutes, to the millisecond',
    async (level, minutes) => {
      await owe({ level })
      await look(after(minutes * minuteMs - 1))
      expect(await stepsOf()).toEqual([])
      await look(after(minutes * minuteMs))
      expect(await stepsOf()).toMatchObject([{ level, step: 1 }])
    },
  )

  test.each([0, 1] as const)('is not set for level %i', async (level) => {
    await owe({ level })
    expect(await clockOf()).toBeUndefined()
  })

  test('counts from the first revision of the level, not from a later one', async () => {
    const { reportId } = await owe({ level: 3 })
    await owe({ reportId, revision: 2, level: 3, recordedAt: after(20 * minuteMs) })
    await owe({ reportId, revision: 3, level: 2, peakLevel: 3, recordedAt: after(25 * minuteMs) })
    expect(await clockOf()).toMatchObject({ revision: 1, level: 3, started_at: start })
    await look(after(30 * minuteMs))
    expect(await stepsOf()).toHaveLength(1)
  })

  test('begins anew with a higher level, for who had answered the lower one too', async () => {
    const first = await owe({ level: 2 })
    await answer(first, after(minuteMs))
    const raisedAt = after(5 * minuteMs)
    const second = await owe({ reportId: first.reportId, revision: 2, recordedAt: raisedAt })
    expect(await clockOf()).toMatchObject({ level: 4, revision: 2, answered_at: null, step: 0 })
    await answer(first, after(6 * minuteMs), 'assessed')
    await look(after(15 * minuteMs - 1))
    expect(await stepsOf()).toEqual([])
    await look(after(15 * minuteMs))
    expect(await stepsOf()).toMatchObject([{ level: 4, step: 1 }])
    await answer(second, after(16 * minuteMs))
    expect((await clockOf())!.answered_at).toEqual(after(16 * minuteMs))
  })

  test('is not set for the reporter, a test, or a report that is closed', async () => {
    await owe({ to: [world.carrier] })
    await owe({ messageStatus: 'test' })
    const { reportId, seq, revision } = await world.accept({ level: 4 })
    await world.sql(`UPDATE reports SET open = false WHERE report_id = '${reportId}'`)
    const event = { seq, reportId, revision, organisationId: world.carrier, level: 4 }
    await world.db
      .transaction()
      .execute((tx) => startClocks(tx, { ...event, messageStatus: 'actual' }, [late]))
    expect(await world.sql('SELECT FROM acknowledgement_clocks')).toEqual([])
  })

  test('is set once, however often the fan-out comes by and in how many parts', async () => {
    const stored = await owe({ to: [late, late, world.carrier] })
    const event = { ...stored, organisationId: world.carrier, messageStatus: 'actual', level: 4 }
    await look(after(10 * minuteMs))
    await world.db.transaction().execute((tx) => startClocks(tx, event, [late]))
    expect(await clockOf()).toMatchObject({ step: 1 })
  })

  test('is met before the fan-out came by', async () => {
    const { reportId, seq, revision } = await world.accept({ level: 4, recordedAt: start })
    await answer({ reportId, revision }, after(minuteMs))
    const event = { seq, reportId, revision, organisationId: world.carrier, level: 4 }
    await world.db
      .transaction()
      .execute((tx) => startClocks(tx, { ...event, messageStatus: 'actual' }, [late]))
    expect((await clockOf())!.answered_at).toEqual(after(minuteMs))
  })
})

test('what is due is found by one index, among many clocks that are not', async () => {
  await owe()
  await world.sql(`INSERT INTO organisations (organisation_id, name, kind)
    SELECT 'bulk-' || n, 'bulk', 'carrier' FROM generate_series(1, 3000) AS n`)
  await world.sql(`INSERT INTO acknowledgement_clocks (report_id, organisation_id, level, revision,
      message_status, started_at, deadline_at, due_at)
    SELECT report_id, 'bulk-' || n, 4, 1, 'actual', started_at, deadline_at, 'infinity'
    FROM acknowledgement_clocks, generate_series(1, 3000) AS n`)
  await world.sql('ANALYZE acknowledgement_clocks')
  const plan = await world.sql(`EXPLAIN SELECT FROM acknowledgement_clocks
    WHERE answered_at IS NULL AND ended_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT 1`)
  expect(JSON.stringify(plan)).toContain('acknowledgement_clocks_due')
})
