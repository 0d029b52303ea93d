// Creates what the Postgres-backed queue needs: tables and functions in the schema "bullmq". They
// are BullMQ's own and no part of our numbered migrations.

import { type PgQueryable, runMigrations } from 'bullmq'

/**
 * Brings the schema "bullmq" to the version of the installed BullMQ; repeating it changes nothing,
 * and of several that start at once one works while the others wait. The client must be one
 * dedicated connection, not a pool. Refuses a schema made by a newer major version of BullMQ, and
 * Postgres before 13.
 */
export async function migrateBellStore(client: PgQueryable): Promise<void> {
  await runMigrations(client)
}
