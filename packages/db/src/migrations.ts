// Numbered SQL files, forward only. Services check the version and refuse to start; only
// `npm run migrate` and `npm start` change a database.

import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { sql, type Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import type { Tables } from './tables.ts'
import { openDatabase, type Db } from './open-database.ts'

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
    if (error) throw new Error('migration failed', { cause: error })
    return results.map((result) => result.migrationName)
  } finally {
    await database.close()
  }
}

/** Resolves when the database has exactly the migrations that this code knows; refuses others. */
export async function assertMigrated(db: Db): Promise<void> {
  const migrations = await migrator(db).getMigrations()
  const pending = migrations.filter((migration) => !migration.executedAt).map((m) => m.name)
  if (pending.length > 0) {
    throw new Error(`the database lacks ${pending.join(', ')}: run "npm run migrate" first`)
  }
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
