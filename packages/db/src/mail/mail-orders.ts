// Mails to people that are no subscription's deliveries: ordered in the transaction that makes them
// necessary, sent afterwards by a notifier, tried again until they are taken or refused.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

export type MailOrderKind =
  | 'escalation'
  | 'endpointFailing'
  | 'endpointSwitchedOff'
  | 'subscriptionEnded'
  | 'contactConfirmation'
  | 'verification'

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
  /** How long the claim lasts, in milliseconds: longer than sending all of them can take. */
  readonly leaseMs: number
}

/** Takes due orders, the highest level first, then the oldest; other senders skip them. */
export async function claimMails(db: Db, claim: MailClaim): Promise<ClaimedMail[]> {
  const { notifierId, limit, now, leaseMs } = claim
  const until = new Date(now.getTime() + leaseMs)
  const { rows } = await sql<ClaimedMail>`
    WITH due AS (
      SELECT mail_id FROM mail_orders
      WHERE state = 'waiting' AND due_at <= ${now}
        AND (claimed_by IS NULL OR claimed_until <= ${now})
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
  readonly outcome: 'sent' | 'refused' | 'dead' | null
  readonly reason: string
  /** When it is tried again; with an outcome it is not. */
  readonly dueAt: Date | null
}

/** Records what became of a claimed mail; nothing when another sender has taken it over meanwhile. */
export async function recordMail(
  db: Db,
  notifierId: string,
  { mailId, outcome, reason, dueAt }: MailResult,
  at: Date,
): Promise<void> {
  await db
    .updateTable('mail_orders')
    .set((eb) => ({
      attempts: eb('attempts', '+', 1),
      reason,
      claimed_by: null,
      claimed_until: null,
      ...(outcome ? { state: outcome, ended_at: at } : { due_at: dueAt ?? at }),
    }))
    .where('mail_id', '=', mailId)
    .where('claimed_by', '=', notifierId)
    .execute()
}

export interface RecentMails {
  readonly organisationId: string
  readonly kind: MailOrderKind
  readonly since: Date
}

/** Reads the data of what an organisation has ordered of a kind since an instant; at most 1000. */
export async function recentMails(
  tx: Tx,
  { organisationId, kind, since }: RecentMails,
): Promise<Record<string, unknown>[]> {
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
