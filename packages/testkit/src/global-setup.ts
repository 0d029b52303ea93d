// Once per run of the integration tests: a database server (TEST_DATABASE_URL or DATABASE_URL if
// set, else an embedded one that vanishes afterwards) and a template database with all migrations.

import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateBellStore } from '@renkei/bell'
import { migrate, withClient } from '@renkei/db'
import { startEmbeddedPostgres } from '@renkei/embedded'
import type { TestProject } from 'vitest/node'
import { databaseUrl, runSql } from './database.ts'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { adminUrl, stop } = await findServer()
  const prefix = `renkei_test_${randomBytes(4).toString('hex')}_`
  const template = `${prefix}template`
  await runSql(adminUrl, `create database ${template} template template0`)
  const templateUrl = databaseUrl(adminUrl, template)
  await migrate(templateUrl)
  await withClient(templateUrl, migrateBellStore)
  project.provide('testServer', { adminUrl, template, prefix })
  return async () => {
    await dropAll(adminUrl, prefix)
    await stop()
  }
}

async function findServer(): Promise<{ adminUrl: string; stop: () => Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'] ?? process.env['DATABASE_URL']
  if (given) return { adminUrl: given, stop: async () => undefined }
  const dataDir = await mkdtemp(join(tmpdir(), 'renkei-test-'))
  const server = await startEmbeddedPostgres({ dataDir, database: 'postgres', ephemeral: true })
  return { adminUrl: server.url, stop: server.stop }
}

// Includes what test files that crashed left behind; only an external server outlives the run.
async function dropAll(adminUrl: string, prefix: string): Promise<void> {
  const like = `${prefix.replaceAll('_', String.raw`\_`)}%`
  const rows = await runSql(
    adminUrl,
    `select datname from pg_database where datname like '${like}'`,
  )
  for (const { datname } of rows) {
    await runSql(adminUrl, `drop database if exists ${String(datname)} with (force)`)
  }
}
