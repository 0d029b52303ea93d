// Numbered SQL files, forward only. Services check the version and refuse to start; only
// `npm run migrate` and `npm start` change a database.

import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { sql, type Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import type { Tables } from './tables.ts'
import { openDatabase, type Db } from './open-database.ts'
import { serviceRole } from './service-role.ts'

const folder = fileURLToPath(new URL('../../../migrations/', import.meta.url))

/** Brings a database to the newest version; safe when several start at once. */
export async function migrate(url: string): Promise<string[]> {
  const database = openDatabase({
    url,
    applicationName: 'renkei-migrate',
    connectionsMax: 1,
    statementTimeoutMs: 0,
  })
  try {
    const { error, results = [] } = await migrator(database.db).migrateToLatest()
    if (error) throw new Error(`migration failed: ${reasonOf(error)}`, { cause: error })
    await sql`SELECT grant_service_rights()`.execute(database.db)
    return results.map((result) => result.migrationName)
  } finally {
    await database.close()
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const hint = 'hint' in error && typeof error.hint === 'string' ? ` (${error.hint})` : ''
  return `${error.message}${hint}`
}

/** Resolves when the database has exactly the migrations that this code knows; refuses others. */
export async function assertMigrated(db: Db): Promise<void> {
  const migrations = await migrator(db)
    .getMigrations()
    .catch((error: unknown) => {
      throw explainRole(error)
    })
  const pending = migrations.filter((migration) => !migration.executedAt).map((m) => m.name)
  if (pending.length > 0) {
    throw new Error(`the database lacks ${pending.join(', ')}: run "npm run migrate" first`)
  }
}

// The role and its rights come with the migrations.
function explainRole(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const says = error instanceof Error ? error.message : ''
  if (code !== '42501' && !says.includes(`role "${serviceRole}"`)) return error
  const cure = `run "npm run migrate" first, and give the login of DATABASE_URL the role: GRANT ${serviceRole} TO …`
  return new Error(`the services cannot work as ${serviceRole} (${says}): ${cure}`)
}

function migrator(db: Kysely<Tables>): Migrator {
  return new Migrator({
    db,
    migrationTableName: 'schema_migrations',
    migrationLockTableName: 'schema_migrations_lock',
    provider: { getMigrations: readMigrations },
  })
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}_.+\.sql$/.test(file)).toSorted()
  const entries = await Promise.all(
    files.map(async (file): Promise<[string, Migration]> => {
      const text = await readFile(`${folder}${file}`, 'utf8')
      return [
        file.replace(/\.sql$/, ''),
        { up: async (db) => void (await sql.raw(text).execute(db)) },
      ]
    }),
  )
  return Object.fromEntries(entries)
}
