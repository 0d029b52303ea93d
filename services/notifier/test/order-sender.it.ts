// Ordered mails about a report that nobody has answered: judged again when they go, and passed over
// when their contact cannot be reached. What hangs holds up nothing urgent.

import { dataKeyStore, makeSharingBook, type MailOrder, newId, orderMail } from '@renkei/db'
import { createMailer, type Mailer } from '@renkei/mail'
import { makeLogger } from '@renkei/service-kit'
import { type MailServer, startMailServer, testKey, waitFor } from '@renkei/testkit'
import { openVault, parseKey, sealAddress } from '@renkei/vault'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeOrderSender } from '../src/mail/send-orders.ts'
import { after, type EscalationScene, minuteMs, openScene } from './escalation-scene.ts'

let scene: EscalationScene
let relay: MailServer
let mailer: Mailer
let now: Date

beforeEach(async () => {
  ;[scene, relay] = await Promise.all([openScene(), startMailServer()])
  now = after(10 * minuteMs)
  mailer = createMailer({
    url: relay.url,
    from: 'renkei@mail.example',
    bounceDomain: 'mail.example',
    connectionsMax: 4,
    deadlineMs: 3000,
  })
})
afterEach(async () => {
  await mailer.close()
  await Promise.all([relay.close(), scene.close()])
})

async function openSender() {
  const { db } = scene.world
  const vault = await openVault({ key: parseKey(testKey)!, store: dataKeyStore(db) })
  const clock = { now: () => now }
  const sender = makeOrderSender({
    db,
    vault,
    mailer,
    clock,
    newId,
    notifierId: newId(),
    random: () => 1,
    log: makeLogger('test', 'silent'),
    sharing: makeSharingBook(clock.now),
    publicUrl: 'https://renkei.example',
    from: 'renkei@mail.example',
    linkHours: 72,
    giveUpAfterMs: 1e9,
    giveUpUrgentAfterMs: 1e9,
    leaseMs: 60_000,
  })
  return { sender, vault }
}

async function send() {
  const { sender } = await openSender()
  await sender.look()
  await sender.stop()
  return scene.world.sql(
    `SELECT state, reason, attempts, contact_id FROM mail_orders ORDER BY created_at, mail_id`,
  )
}

const twice = { channels: [{ type: 'email' as const, value: 'b@example.jp' }], order: 2 }

test('an escalation that is still true is sent', async () => {
  await scene.contact()
  await scene.owe()
  await scene.look(now)
  expect(await send()).toMatchObject([{ state: 'sent', attempts: 1 }])
  expect(relay.mails).toHaveLength(1)
})

const ends = [
  [
    'was answered',
    'the report has been answered meanwhile',
    ({ reportId }: { reportId: string }) => scene.answer({ reportId, revision: 1 }, now),
  ],
  [
    'was closed',
    'the report was closed or withdrawn meanwhile',
    () => scene.world.sql(`UPDATE reports SET open = false`),
  ],
  [
    'is TLP:RED by now',
    'the report is TLP:RED by now: it is never mailed',
    () => scene.world.sql(`UPDATE reports SET tlp = 'TLP:RED'`),
  ],
  [
    'was narrowed',
    'it may no longer know of the report',
    () => scene.world.sql(`UPDATE reports SET tlp = 'TLP:AMBER'`),
  ],
] as const

test.each(ends)('an escalation whose report %s is not sent', async (_, reason, happen) => {
  await scene.contact()
  const stored = await scene.owe()
  await scene.look(now)
  await happen(stored)
  expect(await send()).toMatchObject([{ state: 'unneeded', reason, attempts: 0 }])
  expect(relay.mails).toEqual([])
})

test('a contact whose mail is refused is passed over at once, and its organisation is told', async () => {
  const first = await scene.contact()
  const second = await scene.contact(twice)
  const { reportId } = await scene.owe()
  await scene.look(now)
  relay.script({ at: 'rcpt', code: 550, text: '5.1.1 unknown' })
  await send()
  const reason = 'the mail server refused the recipient: 550 5.1.1'
  const told = await scene.noticesTo(scene.late)
  expect(told.filter(({ type }) => type === 'unreachable')).toMatchObject([
    { data: { contactId: first, reportId, reason } },
  ])
  await scene.look(now)
  expect(await scene.contactsTold()).toEqual([first, second])
  await send()
  expect(relay.mails.map(({ to }) => to)).toEqual([['b@example.jp']])
})

test('an urgent order overtakes what hangs, and what was ordered before it', async () => {
  const { sender, vault } = await openSender()
  const order = async (address: string, level: number) => {
    const named = { mailId: newId(), organisationId: scene.late }
    const to = { sealedAddress: sealAddress(vault, named, address) }
    const basics = { kind: 'endpointFailing', data: {}, createdAt: after(0) } as const
    const mail: MailOrder = { ...named, ...basics, to, level }
    await scene.world.db.transaction().execute((tx) => orderMail(tx, mail))
  }
  for (let count = 0; count < 40; count += 1) await order('low@example.jp', 0)
  relay.script(...Array.from({ length: 3 }, () => ({ at: 'rcpt', hang: true }) as const))
  await sender.look()
  await order('urgent@example.jp', 4)
  await sender.look()
  await waitFor(() => relay.mails.length > 0)
  expect(relay.mails[0]!.to).toEqual(['urgent@example.jp'])
  // Each that ends makes room for the next.
  await relay.waitFor((mails) => mails.length >= 28)
  await sender.stop()
})
