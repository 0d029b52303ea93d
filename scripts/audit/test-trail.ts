// A database with an audit trail of its own, its owner's way to it, and what a test does there.

import { type Access, appendAudit, type ChainedEntry, type Db, openDatabase } from '@renkei/db'
import { createTestDatabase, runSql } from '@renkei/testkit'
import { exportLines } from './audit-file.ts'
import { verifyDatabase } from './verify-database.ts'

export interface TestTrail {
  readonly db: Db
  sql(statement: string): Promise<Record<string, unknown>[]>
  /** Writes so many entries, each in a transaction of its own. */
  write(count: number, members?: Partial<Access>): Promise<void>
  /** Does what somebody can who may do anything: with the triggers out of the way. */
  tamper(statement: string): Promise<void>
  /** What verification finds. */
  broken(): Promise<object[]>
  lines(time?: { from?: Date }): Promise<string[]>
  entries(): Promise<ChainedEntry[]>
  drop(): Promise<void>
}

/** Makes an empty trail. */
export async function makeTestTrail(): Promise<TestTrail> {
  const database = await createTestDatabase()
  const { db, close } = openDatabase({
    url: database.url,
    applicationName: 'renkei-test',
    connectionsMax: 20,
    statementTimeoutMs: 30_000,
  })
  const sql = (statement: string) => runSql(database.url, statement)
  const lines: TestTrail['lines'] = async (time = {}) => {
    const written: string[] = []
    for await (const line of exportLines(db, time)) written.push(line)
    return written
  }
  return {
    db,
    sql,
    async write(count, members) {
      const { objectIds, ...entry } = access(members)
      const objectId = objectIds[0] ?? ''
      for (let index = 0; index < count; index += 1) {
        await db.transaction().execute((tx) => appendAudit(tx, { ...entry, objectId }))
      }
    },
    tamper: async (statement) =>
      void (await sql(`SET session_replication_role = replica; ${statement}`)),
    broken: async () => (await verifyDatabase(db)).flatMap((result) => result.broken ?? []),
    lines,
    entries: async () => (await lines()).map((line) => JSON.parse(line) as ChainedEntry),
    async drop() {
      await close()
      await database.drop()
    },
  }
}

/** An access with texts that are easily mistaken. */
export function access(members: Partial<Access> = {}): Access {
  return {
    at: new Date(),
    organisationId: 'example-mobile',
    keyId: '0123456789abcdef',
    requestId: 'request',
    address: '127.0.0.1',
    action: 'report.read',
    objectType: 'report',
    objectIds: ['a', 'b "quoted" \\ and 日本語 \u0007'],
    objectOwner: 'example-fixed',
    detail: { fields: ['state'], audience: 'peer' },
    ...members,
  }
}

/** The name of a month's partition. */
export function partitionOf(at: Date): string {
  return `audit_entries_${at.toISOString().slice(0, 7).replace('-', '_')}`
}
