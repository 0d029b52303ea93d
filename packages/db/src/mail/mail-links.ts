// Links in mails, which act for whoever holds them: only the hash of a token is stored. A link acts
// once, but for one step up: what was seen may still be assessed.

import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'
import type { Subscription } from '../subscriptions/subscription-row.ts'
import type { LinkPurpose, LinkUse } from './mail-tables.ts'

export type { LinkPurpose, LinkUse } from './mail-tables.ts'

export interface MailLink {
  readonly purpose: LinkPurpose
  readonly organisationId: string
  readonly subscriptionId: string | null
  readonly contactId: string | null
  /** With `acknowledge`: what is answered. */
  readonly reportId: string | null
  readonly revision: number | null
  /** With `verifyAddress`: the hash of the sealed address that was written to. */
  readonly targetHash: Buffer | null
  readonly expiresAt: Date
}

export interface NewLink extends MailLink {
  readonly token: string
  readonly createdAt: Date
}

export interface StoredLink extends MailLink {
  readonly usedAs: LinkUse | null
}

/** The hash under which a token, or the sealed address of a link, is stored. */
export function linkHash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Stores links durably; one that is there already lives on, for as long as the later of both. */
export async function storeLinks(db: Db, links: readonly NewLink[]): Promise<void> {
  if (links.length === 0) return
  await db.transaction().execute(async (tx) => {
    // A link that went out in a mail must not be lost in a crash.
    await sql`SET LOCAL synchronous_commit TO on`.execute(tx)
    await insertLinks(tx, links)
  })
}

async function insertLinks(tx: Tx, links: readonly NewLink[]): Promise<void> {
  await tx
    .insertInto('mail_links')
    .values(
      links.map((link) => ({
        token_hash: linkHash(link.token),
        purpose: link.purpose,
        organisation_id: link.organisationId,
        subscription_id: link.subscriptionId,
        contact_id: link.contactId,
        report_id: link.reportId,
        revision: link.revision,
        target_hash: link.targetHash,
        created_at: link.createdAt,
        expires_at: link.expiresAt,
        used_as: null,
        used_at: null,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('token_hash').doUpdateSet({
        expires_at: sql`greatest(mail_links.expires_at, excluded.expires_at)`,
      }),
    )
    .execute()
}

/** Reads a link; `forUpdate` keeps other uses of it out until the transaction ends. */
export async function findLink(
  db: Db | Tx,
  token: string,
  options: { readonly forUpdate?: boolean } = {},
): Promise<StoredLink | undefined> {
  const query = db.selectFrom('mail_links').selectAll().where('token_hash', '=', linkHash(token))
  const row = await (options.forUpdate ? query.forUpdate() : query).executeTakeFirst()
  return (
    row && {
      purpose: row.purpose,
      organisationId: row.organisation_id,
      subscriptionId: row.subscription_id,
      contactId: row.contact_id,
      reportId: row.report_id,
      revision: row.revision,
      targetHash: row.target_hash,
      expiresAt: row.expires_at,
      usedAs: row.used_as,
    }
  )
}

/** Writes down what a link was used for. */
export async function useLink(tx: Tx, token: string, usedAs: LinkUse, at: Date): Promise<void> {
  await tx
    .updateTable('mail_links')
    .set({ used_as: usedAs, used_at: at })
    .where('token_hash', '=', linkHash(token))
    .execute()
}

/** Deletes links that have expired before this instant. */
export async function forgetLinks(db: Db, expiredBefore: Date): Promise<void> {
  await db.deleteFrom('mail_links').where('expires_at', '<', expiredBefore).execute()
}

/** The address of a subscription that has not been confirmed yet; null when there is none. */
export function addressInQuestion({
  state,
  target,
  pendingTarget,
}: Pick<Subscription, 'state' | 'target' | 'pendingTarget'>): unknown {
  return state === 'pendingVerification' ? target : pendingTarget
}
