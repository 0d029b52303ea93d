// Nobody has answered: contact by contact is told, each step once whoever looks, and an answer ends it
// at once. The clock is the test's; the clocks of the reports are started as the fan-out does.

import {
  dataKeyStore,
  insertContact,
  makeSharingBook,
  newId,
  recordAcknowledgement,
  startClocks,
  type StoredContact,
} from '@renkei/db'
import type { LevelValue, MessageStatus } from '@renkei/schema'
import { testKey } from '@renkei/testkit'
import { openVault, parseKey, type Vault } from '@renkei/vault'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agree } from '../../../test/support/agree.ts'
import type { RevisionOptions } from '../../../test/support/revisions.ts'
import { openWorld, type World } from '../../../test/support/world.ts'
import { escalate } from '../src/escalation/escalate.ts'

// A Tuesday, at noon in Japan.
const start = new Date('2026-11-24T12:00:00+09:00')
const minuteMs = 60_000

let world: World
let vault: Vault
let late: string

beforeEach(async () => {
  world = await openWorld()
  vault = await openVault({ key: parseKey(testKey)!, store: dataKeyStore(world.db) })
  late = await world.organisation()
})
afterEach(() => world.close())

const after = (ms: number) => new Date(start.getTime() + ms)
const warned: unknown[] = []

function look(at: Date) {
  const clock = { now: () => at }
  const log = { warn: (...line: unknown[]) => void warned.push(line) }
  const sharing = makeSharingBook(() => at)
  return escalate({ db: world.db, clock, newId, vault, sharing, log })
}

interface Owed extends Partial<RevisionOptions> {
  readonly messageStatus?: MessageStatus
  readonly to?: readonly string[]
}

/** Stores a revision and starts the clocks of those who are owed it. */
async function owe({ to = [late], messageStatus = 'actual', ...options }: Owed = {}) {
  const { level = 4, recordedAt = start, report = {} } = options
  const stored = await world.accept({
    ...options,
    level,
    recordedAt,
    report: { ...report, messageStatus },
  })
  const event = { ...stored, organisationId: world.carrier, messageStatus, level }
  await world.db.transaction().execute((tx) => startClocks(tx, event, to))
  return stored
}

async function contact(members: Partial<StoredContact> = {}, organisationId = late) {
  const stored: StoredContact = {
    contactId: newId(),
    organisationId,
    revision: 1,
    order: 1,
    role: 'nocDuty',
    name: '極秘当直',
    channels: [
      { type: 'phone', value: '+81-3-0000-9876' },
      { type: 'email', value: 'geheim@example.jp' },
    ],
    hours: { kind: 'always' },
    languages: ['ja'],
    remark: null,
    tlp: 'TLP:GREEN',
    validity: null,
    confirmedAt: start,
    confirmedBy: 'import',
    ...members,
  }
  await world.db.transaction().execute((tx) => insertContact(tx, vault, stored))
  return stored.contactId
}

async function answer(
  { reportId, revision }: { reportId: string; revision: number },
  at: Date,
  kind: 'delivered' | 'seen' | 'assessed' = 'seen',
) {
  const given = { organisationId: late, reportId, revision, kind, via: 'api', at } as const
  const rest = { by: null, remark: null, newId, requestId: newId() }
  const said = kind === 'assessed' ? ('unknown' as const) : null
  return world.db
    .transaction()
    .execute((tx) => recordAcknowledgement(tx, { ...given, ...rest, answer: said }))
}

const stepsOf = async (organisationId = late) =>
  world.db
    .selectFrom('escalation_steps')
    .select([
      'level',
      'step',
      'contact_id as contact',
      'exhausted',
      'at',
      'call_contact_id as call',
    ])
    .where('organisation_id', '=', organisationId)
    .orderBy('level')
    .orderBy('step')
    .execute()

const contactsTold = async () => (await stepsOf()).map(({ contact: told }) => told)

const clockOf = (organisationId = late) =>
  world.db
    .selectFrom('acknowledgement_clocks')
    .selectAll()
    .where('organisation_id', '=', organisationId)
    .executeTakeFirst()

const noticesTo = async (organisationId: string) => {
  const rows = await world.sql(
    `SELECT type, level, message_status, content FROM events
     WHERE '${organisationId}' = ANY (recipients) ORDER BY seq`,
  )
  return rows.map(({ type, content, ...rest }) => ({
    ...rest,
    type: String(type).split('.')[3],
    data: content as Record<string, unknown>,
  }))
}

const mails = () =>
  world.db.selectFrom('mail_orders').select(['contact_id', 'kind', 'level', 'data']).execute()

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
      { type: 'overdue', level: 4, data: { ...facts, contactId } },
    ])
    expect(await noticesTo(world.carrier)).toMatchObject([
      {
        type: 'escalated',
        level: 4,
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

test('an exercise is escalated as one, and marked', async () => {
  await contact()
  await owe({ messageStatus: 'exercise', level: 4 as LevelValue })
  await look(after(10 * minuteMs))
  expect(await noticesTo(late)).toMatchObject([{ message_status: 'exercise' }])
  expect((await mails())[0]?.data).toMatchObject({ messageStatus: 'exercise' })
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
