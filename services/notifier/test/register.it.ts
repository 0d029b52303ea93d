// Contacts that are to be confirmed: asked about on the day, again after 7 and 14 days, by one of
// however many notifiers, and told to their organisation like any other event.

import { randomBytes } from 'node:crypto'
import { dataKeyStore, insertContact, confirmContact, newId, type StoredContact } from '@renkei/db'
import { fakeClock, type FakeClock, startReceiver, testKey, waitFor } from '@renkei/testkit'
import { openVault, parseKey, type Vault } from '@renkei/vault'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestNotifier } from '../../../test/support/notifier.ts'
import { openWorld, type World } from '../../../test/support/world.ts'
import { askConfirmations } from '../src/register/ask-confirmations.ts'

const dayMs = 86_400_000
const confirmedAt = new Date('2026-11-20T10:00:00+09:00')
const dueAt = '2027-02-18T10:00:00+09:00'

let world: World
let vault: Vault
let clock: FakeClock

beforeEach(async () => {
  world = await openWorld()
  vault = await openVault({ key: parseKey(testKey)!, store: dataKeyStore(world.db) })
  clock = fakeClock(confirmedAt.toISOString())
})
afterEach(() => world.close())

const ask = () => askConfirmations({ db: world.db, clock, newId, contactConfirmDays: 90 })

async function addContact(
  organisationId: string,
  members: Partial<StoredContact> = {},
): Promise<StoredContact> {
  const contact: StoredContact = {
    contactId: newId(),
    organisationId,
    revision: 1,
    order: 1,
    role: 'nocDuty',
    name: `極秘当直 ${randomBytes(4).toString('hex')}`,
    channels: [{ type: 'phone', value: '+81-3-0000-9876' }],
    hours: { kind: 'always' },
    languages: ['ja'],
    remark: null,
    tlp: 'TLP:GREEN',
    validity: null,
    confirmedAt,
    confirmedBy: 'import',
    ...members,
  }
  await world.db.transaction().execute((tx) => insertContact(tx, vault, contact))
  return contact
}

/** The notices of an organisation, each as the contacts and numbers of request that it names. */
async function noticesOf(organisationId: string): Promise<string[][]> {
  const rows = await world.sql(
    `SELECT content FROM events WHERE '${organisationId}' = ANY (recipients) ORDER BY seq`,
  )
  return rows.map(({ content }) =>
    (content as { contacts: { contactId: string; request: number }[] }).contacts.map(
      ({ contactId, request }) => `${contactId} ${request}`,
    ),
  )
}

describe('a contact is asked about', () => {
  test('90 days after its confirmation to the millisecond, across the end of a year', async () => {
    const { contactId, organisationId } = await addContact(world.carrier)
    clock.set('2027-02-18T09:59:59.999+09:00')
    expect(await ask()).toBe(0)
    clock.set(dueAt)
    expect(await ask()).toBe(1)
    expect(await noticesOf(organisationId)).toEqual([[`${contactId} 1`]])
    const rows = await world.sql('SELECT type, organisation_id, subject, content FROM events')
    expect(rows).toMatchObject([
      {
        type: 'jp.renkei.contact.confirmationRequested.v1',
        organisation_id: organisationId,
        subject: organisationId,
        content: {
          contacts: [
            {
              contactId,
              role: 'nocDuty',
              order: 1,
              confirmedAt: confirmedAt.toISOString(),
              dueAt: new Date(dueAt).toISOString(),
            },
          ],
        },
      },
    ])
    expect(JSON.stringify(rows)).not.toMatch(/極秘|9876/)
  })

  test('again after 7 and 14 days to the millisecond, then no more', async () => {
    const { contactId, organisationId } = await addContact(world.carrier)
    const days = [90, 97, 104]
    for (const [index, day] of days.entries()) {
      clock.set(new Date(confirmedAt.getTime() + day * dayMs - 1).toISOString())
      expect(await ask()).toBe(0)
      clock.advance(1)
      expect(await ask()).toBe(1)
      expect(await ask()).toBe(0)
      expect((await noticesOf(organisationId)).length).toBe(index + 1)
    }
    clock.advance(400 * dayMs)
    expect(await ask()).toBe(0)
    expect(await noticesOf(organisationId)).toEqual([1, 2, 3].map((nr) => [`${contactId} ${nr}`]))
  })

  test('once when nobody could ask in time, and again 7 and 14 days after that', async () => {
    const { organisationId } = await addContact(world.carrier)
    clock.advance(300 * dayMs)
    expect([await ask(), await ask()]).toEqual([1, 0])
    clock.advance(7 * dayMs)
    expect([await ask(), await ask()]).toEqual([1, 0])
    expect(await noticesOf(organisationId)).toHaveLength(2)
  })

  test('anew 90 days after it was confirmed, however often it was asked about before', async () => {
    const contact = await addContact(world.carrier)
    clock.advance(97 * dayMs)
    await ask()
    const again = { ...contact, revision: 2, confirmedAt: clock.now() }
    await world.db.transaction().execute((tx) => confirmContact(tx, again))
    clock.advance(90 * dayMs - 1)
    expect(await ask()).toBe(0)
    clock.advance(1)
    expect(await ask()).toBe(1)
    const requests = (await noticesOf(world.carrier)).map(([line]) => line?.split(' ')[1])
    expect(requests).toEqual(['1', '1'])
  })

  test('only while it is valid', async () => {
    const until = new Date(confirmedAt.getTime() + 90 * dayMs).toISOString()
    await addContact(world.carrier, { validity: { until } })
    clock.advance(90 * dayMs)
    expect(await ask()).toBe(0)
    await addContact(world.carrier, { order: 2, validity: { from: until } })
    expect(await ask()).toBe(1)
  })
})

test('an organisation is told of all its contacts in one notice, and of no other\u2019s', async () => {
  const other = await world.organisation('vendor')
  const second = await addContact(world.carrier, { order: 2 })
  const first = await addContact(world.carrier, { order: 1 })
  await addContact(world.carrier, { order: 3, confirmedAt: new Date(confirmedAt.getTime() + 1) })
  const foreign = await addContact(other)
  clock.set(dueAt)
  expect(await ask()).toBe(2)
  expect(await noticesOf(world.carrier)).toEqual([
    [`${first.contactId} 1`, `${second.contactId} 1`],
  ])
  expect(await noticesOf(other)).toEqual([[`${foreign.contactId} 1`]])
})

test('several notifiers at once ask each organisation once', async () => {
  const owners = await Promise.all(Array.from({ length: 12 }, () => world.organisation()))
  for (const owner of owners) await addContact(owner)
  clock.set(dueAt)
  await Promise.all([ask(), ask(), ask(), ask()])
  for (const owner of owners) expect(await noticesOf(owner)).toHaveLength(1)
  expect(await world.unbalanced()).toBe(0)
})

test('what was asked is on record, named as the service\u2019s own doing', async () => {
  const { contactId } = await addContact(world.carrier)
  clock.set(dueAt)
  await ask()
  expect(await world.sql('SELECT * FROM audit_entries')).toMatchObject([
    {
      action: 'contact.confirmationRequested',
      organisation_id: null,
      key_id: null,
      object_owner: world.carrier,
      detail: { contacts: [contactId] },
    },
  ])
})

test('a running notifier asks, delivers the notice to the organisation alone, and counts', async () => {
  const receiver = await startReceiver()
  await world.subscribe({ url: receiver.url('/owner'), organisationId: world.carrier })
  await world.subscribe({ url: receiver.url('/peer') })
  const { contactId } = await addContact(world.carrier, { confirmedAt: new Date(0) })
  await addContact(world.carrier, { order: 2, confirmedAt: new Date() })
  const notifier = await startTestNotifier(world.url)
  try {
    await waitFor(() => receiver.at('/owner').length > 0, { what: 'the notice' })
    const [sent] = receiver.at('/owner')
    expect(JSON.parse(String(sent?.body))).toMatchObject({
      type: 'jp.renkei.contact.confirmationRequested.v1',
      dataschema: expect.stringMatching(/contact\.schema\.json#\/\$defs\/confirmationRequest$/),
      data: { contacts: [{ contactId, request: 1 }] },
    })
    expect(receiver.at('/peer')).toEqual([])
    const metrics = async () => (await fetch(new URL('/metrics', notifier.healthUrl))).text()
    await waitFor(async () => (await metrics()).includes('renkei_contacts{state="overdue"} 1'), {
      what: 'the count of contacts',
    })
    expect(await metrics()).toContain('renkei_contacts{state="confirmed"} 1')
  } finally {
    await notifier.stop()
    await receiver.close()
  }
})
