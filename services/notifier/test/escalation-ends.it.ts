// Each step once whoever looks, and what ends it: an answer, the end of the report, a narrower label.

import { agree } from '../../../test/support/agree.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { after, type EscalationScene, minuteMs, openScene, start } from './escalation-scene.ts'

let scene: EscalationScene
let { world, late, look, owe, contact, answer, warned, stepsOf, clockOf, noticesTo, mails } =
  {} as EscalationScene

beforeEach(async () => {
  scene = await openScene()
  ;({ world, late, look, owe, contact, answer, warned, stepsOf, clockOf, noticesTo, mails } = scene)
})
afterEach(() => scene.close())

describe('several notifiers', () => {
  test('take each step once', async () => {
    const others = await Promise.all(Array.from({ length: 8 }, () => world.organisation()))
    await owe({ to: others })
    for (const other of others) await contact({}, other)
    const at = after(10 * minuteMs)
    await Promise.all([look(at), look(at), look(at)])
    for (const other of others) expect(await stepsOf(other)).toHaveLength(1)
    expect(await noticesTo(world.carrier)).toHaveLength(8)
    expect(warned).toEqual([])
  })

  test('and an answer at the same moment: either the step was taken before it, or never', async () => {
    await contact()
    for (let round = 0; round < 6; round += 1) {
      const stored = await owe({ level: 4 })
      const at = after(10 * minuteMs)
      await Promise.all([look(at), answer(stored, at), look(at)])
      const where = `report_id = '${stored.reportId}'`
      const before = await world.sql(`SELECT step FROM escalation_steps WHERE ${where}`)
      expect(before.length).toBeLessThanOrEqual(1)
      await look(after(600 * minuteMs))
      expect(await world.sql(`SELECT step FROM escalation_steps WHERE ${where}`)).toEqual(before)
    }
    expect(warned).toEqual([])
  })

  test('one clock that cannot be handled holds up no other', async () => {
    const bad = await world.organisation()
    await owe({ to: [bad, late], recordedAt: start })
    await world.sql(`INSERT INTO escalation_steps
      SELECT report_id, organisation_id, level, 1, 1, now(), null, null, null, true
      FROM acknowledgement_clocks WHERE organisation_id = '${bad}'`)
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toHaveLength(1)
    expect(warned.splice(0)).toHaveLength(1)
  })
})

describe('it stops', () => {
  test.each(['seen', 'assessed'] as const)('when a person says %s', async (kind) => {
    const stored = await owe()
    await answer(stored, after(10 * minuteMs - 1), kind)
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toEqual([])
  })

  test('also when the answer came while its clock was being made, and nobody saw both', async () => {
    const stored = await owe()
    await answer(stored, after(minuteMs))
    await world.sql('UPDATE acknowledgement_clocks SET answered_at = NULL')
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toEqual([])
    expect((await clockOf())!.answered_at).toEqual(after(minuteMs))
  })

  test('not when a machine says that it has it', async () => {
    const stored = await owe()
    await answer(stored, after(minuteMs), 'delivered')
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toHaveLength(1)
  })

  test('when the report is closed', async () => {
    const { reportId } = await owe()
    await world.sql(`UPDATE reports SET open = false WHERE report_id = '${reportId}'`)
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toEqual([])
    expect(await clockOf()).toMatchObject({ end_reason: 'closed' })
  })

  test('without a word when the label was narrowed to TLP:RED, and goes on when it is told again', async () => {
    await contact()
    const { reportId } = await owe()
    await world.accept({ reportId, revision: 2, level: 4, report: { tlp: 'TLP:RED' } })
    await look(after(10 * minuteMs))
    expect(await clockOf()).toMatchObject({ end_reason: 'notShared' })
    expect(await noticesTo(late)).toEqual([])
    expect(await mails()).toEqual([])
    await owe({ reportId, revision: 3, level: 4, recordedAt: after(20 * minuteMs) })
    expect(await clockOf()).toMatchObject({ end_reason: null, revision: 3 })
  })

  test('not for TLP:RED that an agreement opens; then nothing goes by mail', async () => {
    await agree(world.db, world.carrier, late, { tlpMax: 'TLP:RED', at: start })
    await contact()
    await owe({ report: { tlp: 'TLP:RED' } })
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toHaveLength(1)
    expect(await mails()).toEqual([])
  })

  test('not because a subscription has ended meanwhile', async () => {
    const subscription = await world.subscribe({
      url: 'https://noc.example.jp/hook',
      organisationId: late,
    })
    await owe()
    await world.change(subscription, { state: 'ended' })
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toHaveLength(1)
  })
})
