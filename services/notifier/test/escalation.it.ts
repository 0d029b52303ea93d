// Nobody has answered: contact by contact is told, and the reporter hears of each step.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { after, type EscalationScene, minuteMs, openScene } from './escalation-scene.ts'

let scene: EscalationScene
let { world, late, look, owe, contact, stepsOf, contactsTold, noticesTo, mails }: EscalationScene =
  {} as EscalationScene

beforeEach(async () => {
  scene = await openScene()
  ;({ world, late, look, owe, contact, stepsOf, contactsTold, noticesTo, mails } = scene)
})
afterEach(() => scene.close())

describe('step by step', () => {
  test('the next contact is told, half the time later, until nobody is left', async () => {
    const ids = [await contact({ order: 1 }), await contact({ order: 2 })]
    const { reportId } = await owe()
    await look(after(10 * minuteMs))
    expect(await contactsTold()).toEqual([ids[0]])
    await look(after(15 * minuteMs - 1))
    expect(await contactsTold()).toEqual([ids[0]])
    await look(after(15 * minuteMs))
    await look(after(20 * minuteMs))
    expect(await contactsTold()).toEqual([...ids, null])
    await look(after(1000 * minuteMs))
    expect(await stepsOf()).toMatchObject([
      { step: 1, exhausted: false },
      { step: 2, exhausted: false },
      { step: 3, exhausted: true, call: ids[0] },
    ])
    expect((await mails()).map((mail) => mail.contact_id)).toEqual(ids)
    expect((await mails())[0]).toMatchObject({
      kind: 'escalation',
      level: 4,
      data: { reportId, reporter: world.carrier, level: 4, step: 1, messageStatus: 'actual' },
    })
  })

  test('organisation and reporter hear of it by notice, with no name and no number in it', async () => {
    const contactId = await contact()
    const { reportId } = await owe()
    await look(after(10 * minuteMs))
    const facts = { reportId, revision: 1, level: 4, step: 1, messageStatus: 'actual' }
    expect(await noticesTo(late)).toMatchObject([
      { type: 'overdue', level: 2, data: { ...facts, contactId } },
    ])
    expect(await noticesTo(world.carrier)).toMatchObject([
      {
        type: 'escalated',
        level: 2,
        data: {
          ...facts,
          organisation: late,
          told: true,
          exhausted: false,
          callContactId: contactId,
        },
      },
    ])
    const stored = JSON.stringify([
      await world.sql('SELECT content FROM events'),
      await world.sql('SELECT * FROM mail_orders'),
      await world.sql('SELECT * FROM audit_entries'),
    ])
    expect(stored).not.toMatch(/極秘|9876|geheim/)
    const audited = await world.sql(
      `SELECT action, organisation_id, object_owner, detail FROM audit_entries WHERE action LIKE 'ack%'`,
    )
    expect(audited).toMatchObject([
      {
        action: 'acknowledgement.escalated',
        organisation_id: null,
        object_owner: world.carrier,
        detail: { organisation: late, step: 1 },
      },
    ])
  })

  test('an organisation without contacts is reported as one that must be called another way', async () => {
    await owe()
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toMatchObject([{ contact: null, exhausted: true, call: null }])
    expect((await noticesTo(world.carrier))[0]?.data).toMatchObject({
      told: false,
      exhausted: true,
    })
    await look(after(600 * minuteMs))
    expect(await stepsOf()).toHaveLength(1)
  })

  test('a contact without a telephone is told and not named as one to call', async () => {
    const contactId = await contact({ channels: [{ type: 'email', value: 'noc@example.jp' }] })
    await owe()
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toMatchObject([{ contact: contactId, call: null }])
    expect(await mails()).toHaveLength(1)
  })

  test('a contact without an address is named to the reporter and gets no mail', async () => {
    const contactId = await contact({ channels: [{ type: 'phone', value: '+81-3-0000-0000' }] })
    await owe()
    await look(after(10 * minuteMs))
    expect(await mails()).toEqual([])
    expect((await noticesTo(world.carrier))[0]?.data).toMatchObject({
      told: false,
      callContactId: contactId,
    })
  })

  test('a contact that the reporter may not see is told and not named to it', async () => {
    const contactId = await contact({ tlp: 'TLP:AMBER' })
    await owe()
    await look(after(10 * minuteMs))
    expect(await contactsTold()).toEqual([contactId])
    const [notice] = await noticesTo(world.carrier)
    expect(JSON.stringify(notice)).not.toContain(contactId)
  })

  const office = {
    kind: 'weekly' as const,
    windows: [{ days: ['wed' as const], from: '09:00', until: '18:00' }],
  }

  test('who answers around the clock comes before those who are not there', async () => {
    const away = await contact({ order: 1, hours: office })
    const desk = await contact({ order: 2 })
    await owe()
    await look(after(10 * minuteMs))
    await look(after(15 * minuteMs))
    expect(await contactsTold()).toEqual([desk, away])
  })

  test('when nobody is there, the first in the order is told anyway', async () => {
    const ids = [
      await contact({ order: 1, hours: office }),
      await contact({ order: 2, hours: office }),
    ]
    await owe()
    await look(after(10 * minuteMs))
    expect(await contactsTold()).toEqual([ids[0]])
  })

  test('after a downtime one step is taken, not all that were missed', async () => {
    await contact({ order: 1 })
    await contact({ order: 2 })
    await owe()
    await look(after(300 * minuteMs))
    await look(after(300 * minuteMs))
    expect(await stepsOf()).toHaveLength(1)
  })

  test('a clock that jumps back takes no step twice and none early', async () => {
    await contact({ order: 1 })
    await contact({ order: 2 })
    await owe()
    await look(after(10 * minuteMs))
    await look(after(-60 * minuteMs))
    await look(after(10 * minuteMs))
    expect(await stepsOf()).toHaveLength(1)
    await look(after(15 * minuteMs))
    expect(await stepsOf()).toHaveLength(2)
  })
})

test('the silence of many puts nothing into the lane of a crisis', async () => {
  const silent = await Promise.all(Array.from({ length: 5 }, () => world.organisation()))
  await owe({ to: silent, level: 4 })
  await owe({ to: [late], level: 3 })
  const before = await world.sql('SELECT count(*)::int AS count FROM fan_outs')
  expect(await look(after(30 * minuteMs))).toEqual(new Set([2]))
  const told = await world.sql(
    `SELECT f.lane, count(*)::int AS count FROM fan_outs f JOIN events e USING (seq)
     WHERE e.kind = 'notice' GROUP BY f.lane`,
  )
  expect(before).toEqual([{ count: 2 }])
  expect(told).toEqual([{ lane: 'level0to2', count: 12 }])
})

test('an exercise is escalated as one, and marked', async () => {
  await contact()
  await owe({ messageStatus: 'exercise', level: 4 })
  await look(after(10 * minuteMs))
  expect(await noticesTo(late)).toMatchObject([{ message_status: 'exercise' }])
  expect((await mails())[0]?.data).toMatchObject({ messageStatus: 'exercise' })
})
