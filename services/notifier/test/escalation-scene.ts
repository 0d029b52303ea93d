// What tests of the escalation share: reports whose clocks are started as the fan-out does, contacts,
// answers, and looks at an instant. The clock is the test's.

import {
  dataKeyStore,
  insertContact,
  makeSharingBook,
  newId,
  recordAcknowledgement,
  startClocks,
  type StoredContact,
} from '@renkei/db'
import type { MessageStatus } from '@renkei/schema'
import { testKey } from '@renkei/testkit'
import { openVault, parseKey } from '@renkei/vault'
import type { RevisionOptions } from '../../../test/support/revisions.ts'
import { openWorld, type World } from '../../../test/support/world.ts'
import { escalate } from '../src/escalation/escalate.ts'

/** A Tuesday, at noon in Japan. */
export const start = new Date('2026-11-24T12:00:00+09:00')
export const minuteMs = 60_000
export const after = (ms: number) => new Date(start.getTime() + ms)

export interface Owed extends Partial<RevisionOptions> {
  readonly messageStatus?: MessageStatus
  readonly to?: readonly string[]
}

export type EscalationScene = Awaited<ReturnType<typeof openScene>>

/** Opens a world with an organisation that does not answer. */
export async function openScene() {
  const world = await openWorld()
  const late = await world.organisation()
  return {
    world,
    late,
    ...(await acting(world, late)),
    ...watching(world, late),
    close: () => world.close(),
  }
}

async function acting(world: World, late: string) {
  const vault = await openVault({ key: parseKey(testKey)!, store: dataKeyStore(world.db) })
  const warned: unknown[] = []

  function look(at: Date) {
    const clock = { now: () => at }
    const log = { warn: (...line: unknown[]) => void warned.push(line) }
    const sharing = makeSharingBook(() => at)
    return escalate({ db: world.db, clock, newId, vault, sharing, log })
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

  return { look, owe, contact, answer, warned }
}

function watching(world: World, late: string) {
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

  return { stepsOf, contactsTold, clockOf, noticesTo, mails }
}
