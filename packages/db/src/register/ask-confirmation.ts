// Which contacts their organisations are to be asked about. An organisation is taken by one notifier
// at a time; what was asked is written in the transaction that asks, so nothing is asked twice.

import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

export interface AskTerms {
  readonly now: Date
  /** Contacts confirmed at this instant or earlier are due. */
  readonly dueFrom: Date
  /** When each request falls due, in days after the first. */
  readonly afterDays: readonly number[]
}

export interface ContactToAsk {
  readonly contactId: string
  readonly order: number
  readonly role: string
  readonly confirmedAt: Date
  /** The how manieth request it is to be. */
  readonly request: number
}

// A contact that is no longer valid is not asked for. Repeats count from the first request: after
// an outage of ours an organisation is not asked three times at once.
const isToBeAsked = ({ now, dueFrom, afterDays }: AskTerms) => sql<boolean>`
  c.confirmed_at <= ${dueFrom}
  AND coalesce((c.validity->>'until')::timestamptz > ${now}, true)
  AND (r.contact_id IS NULL
    OR ${now}::timestamptz - r.first_asked_at
      >= (${[...afterDays]}::int[])[r.asked + 1] * interval '24 hours')`

const withRequests = sql`contacts c LEFT JOIN confirmation_requests r
  ON r.contact_id = c.contact_id AND r.confirmed_at = c.confirmed_at`

/** Takes an organisation with contacts to ask about, for this transaction; nothing when none is free. */
async function takeOrganisationToAsk(tx: Tx, terms: AskTerms): Promise<string | undefined> {
  const { rows } = await sql<{ organisation_id: string }>`
    SELECT o.organisation_id FROM organisations o
    WHERE EXISTS (SELECT FROM ${withRequests}
      WHERE c.organisation_id = o.organisation_id AND ${isToBeAsked(terms)})
    LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`.execute(tx)
  return rows[0]?.organisation_id
}

/** Finds what to ask an organisation that was taken, and writes down that it was asked. */
async function takeContactsToAsk(
  tx: Tx,
  organisationId: string,
  terms: AskTerms,
): Promise<ContactToAsk[]> {
  const { rows } = await sql<ContactToAsk>`
    WITH asked AS (
      INSERT INTO confirmation_requests (contact_id, confirmed_at, asked, first_asked_at)
      SELECT c.contact_id, c.confirmed_at, 1, ${terms.now} FROM ${withRequests}
      WHERE c.organisation_id = ${organisationId} AND ${isToBeAsked(terms)}
      ON CONFLICT (contact_id) DO UPDATE SET
        asked = CASE WHEN confirmation_requests.confirmed_at = excluded.confirmed_at
          THEN confirmation_requests.asked + 1 ELSE 1 END,
        first_asked_at = CASE WHEN confirmation_requests.confirmed_at = excluded.confirmed_at
          THEN confirmation_requests.first_asked_at ELSE excluded.first_asked_at END,
        confirmed_at = excluded.confirmed_at
      RETURNING contact_id, asked)
    SELECT c.contact_id AS "contactId", c.call_order AS "order", c.role,
      c.confirmed_at AS "confirmedAt", a.asked AS request
    FROM asked a JOIN contacts c USING (contact_id) ORDER BY c.call_order`.execute(tx)
  return rows
}

/** Runs work for each organisation that is to be asked, each in a transaction of its own. */
export async function forEachOrganisationToAsk(
  db: Db,
  terms: AskTerms,
  ask: (tx: Tx, organisationId: string, contacts: readonly ContactToAsk[]) => Promise<void>,
): Promise<number> {
  for (let organisations = 0; ; organisations += 1) {
    const found = await db.transaction().execute(async (tx) => {
      // Also where commits do not wait for the disk: a number of the feed must not be given twice.
      await sql`SET LOCAL synchronous_commit TO on`.execute(tx)
      const organisationId = await takeOrganisationToAsk(tx, terms)
      if (organisationId === undefined) return false
      const contacts = await takeContactsToAsk(tx, organisationId, terms)
      // Another notifier was faster between the two looks.
      if (contacts.length > 0) await ask(tx, organisationId, contacts)
      return true
    })
    if (!found) return organisations
  }
}
