// Mails to people that are no subscription's deliveries: ordered in the transaction that makes them
// necessary, sent afterwards by a notifier, tried again until they are taken or refused.

import type { MailOrderKind } from '@renkei/schema'
import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

export type { MailOrderKind } from '@renkei/schema'

export interface MailOrder {
  readonly mailId: string
  /** Whose people it goes to. */
  readonly organisationId: string
  readonly kind: MailOrderKind
  /** A contact of the register, by its first e-mail channel, or an address sealed by `sealAddress` for `mailId`. */
  readonly to: { readonly contactId: string } | { readonly sealedAddress: string }
  /** What the mail says; nothing that its organisation may not see, and no secret. At most 16 KiB. */
  readonly data: object
  readonly level: number
  readonly createdAt: Date
}

const dataBytesMax = 16_384

/** Orders a mail within a transaction; an order with the same identifier is kept as it was. */
export async function orderMail(tx: Tx, order: MailOrder): Promise<void> {
  const data = JSON.stringify(order.data)
  if (Buffer.byteLength(data) > dataBytesMax) throw new Error('the data of a mail are too long')
  await tx
    .insertInto('mail_orders')
    .values({
      mail_id: order.mailId,
      organisation_id: order.organisationId,
      kind: order.kind,
      contact_id: 'contactId' in order.to ? order.to.contactId : null,
      sealed_address: 'sealedAddress' in order.to ? order.to.sealedAddress : null,
      data,
      level: order.level,
      due_at: order.createdAt,
      created_at: order.createdAt,
      reason: null,
      claimed_by: null,
      claimed_until: null,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.column('mail_id').doNothing())
    .execute()
}

export interface ClaimedMail extends Omit<MailOrder, 'to'> {
  readonly contactId: string | null
  readonly sealedAddress: string | null
  readonly attempts: number
}

export interface MailClaim {
  readonly notifierId: string
  readonly limit: number
  readonly now: Date
  /** How long the claim lasts at most, in milliseconds: longer than sending one can take. */
  readonly leaseMs: number
  /** Only of this level or higher. */
  readonly minLevel: number
  /** Orders that the sender has in hand: they are not sent twice at once. */
  readonly inHand: readonly string[]
}

/**
 * Takes due orders, the highest level first, then the oldest; other senders skip them while the
 * notifier lives and its claim lasts.
 */
export async function claimMails(db: Db, claim: MailClaim): Promise<ClaimedMail[]> {
  const { notifierId, limit, now, leaseMs, minLevel, inHand } = claim
  const until = new Date(now.getTime() + leaseMs)
  const { rows } = await sql<ClaimedMail>`
    WITH due AS (
      SELECT mail_id FROM mail_orders
      WHERE state = 'waiting' AND level >= ${minLevel} AND due_at <= ${now}
        AND (claimed_by IS NULL OR claimed_until <= ${now} OR claimed_by NOT IN
          (SELECT notifier_id FROM notifiers WHERE alive_until > now()))
        AND mail_id <> ALL(${[...inHand]}::uuid[])
      ORDER BY level DESC, due_at, mail_id LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE mail_orders o SET claimed_by = ${notifierId}::uuid, claimed_until = ${until}
      FROM due WHERE o.mail_id = due.mail_id RETURNING o.*)
    SELECT mail_id AS "mailId", organisation_id AS "organisationId", kind, data, level,
      created_at AS "createdAt", contact_id AS "contactId", sealed_address AS "sealedAddress", attempts
    FROM taken ORDER BY level DESC, due_at, mail_id`.execute(db)
  return rows
}

export interface MailResult {
  readonly mailId: string
  /** unneeded: what it was to say does not hold any more. */
  readonly outcome: 'sent' | 'refused' | 'dead' | 'unneeded' | null
  readonly reason: string
  /** There was no attempt. */
  readonly untried?: boolean
  /** When it is tried again; with an outcome it is not. */
  readonly dueAt: Date | null
}

/**
 * Records what became of a claimed mail; resolves to false, with nothing recorded, when another sender
 * has taken it over meanwhile.
 */
export async function recordMail(
  db: Db | Tx,
  notifierId: string,
  { mailId, outcome, reason, dueAt, untried }: MailResult,
  at: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('mail_orders')
    .set((eb) => ({
      attempts: eb('attempts', '+', untried || outcome === 'unneeded' ? 0 : 1),
      reason,
      claimed_by: null,
      claimed_until: null,
      ...(outcome ? { state: outcome, ended_at: at } : { due_at: dueAt ?? at }),
    }))
    .where('mail_id', '=', mailId)
    .where('claimed_by', '=', notifierId)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export interface WaitingMails {
  readonly level: number
  readonly count: number
  /** How long the oldest has been due, in seconds. */
  readonly oldestSeconds: number
}

/** Counts the orders that are due, by level. */
export async function countWaitingMails(db: Db): Promise<WaitingMails[]> {
  const { rows } = await sql<WaitingMails>`
    SELECT level, count(*) AS count,
      extract(epoch FROM now() - min(due_at))::float8 AS "oldestSeconds"
    FROM mail_orders WHERE state = 'waiting' AND due_at <= now() GROUP BY level`.execute(db)
  return rows
}

export interface RecentMails {
  readonly organisationId: string
  readonly kind: MailOrderKind
  readonly since: Date
}

/**
 * Reads the data of what an organisation has ordered of a kind since an instant; at most 1000. Until
 * the transaction ends nobody else gets an answer for the same, so whoever counts them may order more.
 */
export async function recentMailsAlone(
  tx: Tx,
  { organisationId, kind, since }: RecentMails,
): Promise<Record<string, unknown>[]> {
  const name = `mail_orders ${kind} ${organisationId}`
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx)
  const rows = await tx
    .selectFrom('mail_orders')
    .select('data')
    .where('organisation_id', '=', organisationId)
    .where('kind', '=', kind)
    .where('created_at', '>', since)
    .limit(1000)
    .execute()
  return rows.map(({ data }) => data as Record<string, unknown>)
}

const notSetUp = 'the operator has not set up e-mail'

/** Writes at waiting orders that nothing can be sent: they stay until e-mail is set up. */
export async function explainWaitingMails(db: Db): Promise<void> {
  await sql`UPDATE mail_orders SET reason = ${notSetUp}
    WHERE state = 'waiting' AND reason IS DISTINCT FROM ${notSetUp}`.execute(db)
}

/** Deletes orders that ended before this instant: of them nothing is owed any more. */
export async function forgetMails(db: Db, endedBefore: Date): Promise<void> {
  await db
    .deleteFrom('mail_orders')
    .where('state', '<>', 'waiting')
    .where('ended_at', '<', endedBefore)
    .execute()
}
