// npm run audit: proves the audit trail, takes it out, notes where it ends, and lets old months go.

import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { assertMigrated, type Db, openDatabase, readChainHeads } from '@renkei/db'
import { explainStartFailure } from '@renkei/service-kit'
import { exportLines, verifyFile } from './audit/audit-file.ts'
import { printVerified, readAnchor, writeAnchor } from './audit/print.ts'
import { keepMonthsMin } from './audit/removed.ts'
import { retain } from './audit/retention.ts'
import { verifyDatabase } from './audit/verify-database.ts'
import { openSystemDatabase } from './system/database.ts'
import { stateFolder } from './system/paths.ts'

const usage = `npm run audit -- verify [--anchor CHAIN:SEQ:HASH ...] [--file FILE.ndjson]
npm run audit -- anchor
npm run audit -- export --output FILE.ndjson [--from INSTANT] [--to INSTANT]
npm run audit -- retention [--keep-months N]    (RENKEI_AUDIT_KEEP_MONTHS, at least ${keepMonthsMin})
With --demo: the database of npm run demo.`

const text = { type: 'string' } as const

try {
  const { values, positionals } = readArguments()
  process.exitCode = (await run(positionals[0], values)) ? 0 : 1
} catch (error) {
  // What has no code is said by this program itself, and its stack tells nobody anything.
  const isOurs = error instanceof Error && !('code' in error)
  console.error(isOurs ? error.message : explainStartFailure(error))
  process.exitCode = 1
}

type Values = ReturnType<typeof readArguments>['values']

function readArguments() {
  const options = {
    anchor: { type: 'string', multiple: true },
    file: text,
    output: text,
    from: text,
    to: text,
    'keep-months': text,
    demo: { type: 'boolean' },
  } as const
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch {
    console.error(usage)
    return process.exit(1)
  }
}

async function run(verb: string | undefined, values: Values): Promise<boolean> {
  if (verb === 'verify' && values.file) {
    return printVerified(await verifyFile(values.file, anchorsOf(values)), console.log)
  }
  const verbs = new Map(Object.entries({ verify, anchor, export: exportTrail, retention }))
  const work = verbs.get(verb ?? '')
  if (work) return withDatabase(values.demo === true, (db) => work(db, values))
  console.error(usage)
  return false
}

function anchorsOf({ anchor: anchors = [] }: Values) {
  return anchors.map(readAnchor)
}

async function verify(db: Db, values: Values): Promise<boolean> {
  return printVerified(await verifyDatabase(db, anchorsOf(values)), console.log)
}

async function anchor(db: Db): Promise<boolean> {
  for (const head of await readChainHeads(db)) console.log(writeAnchor(head))
  return true
}

async function exportTrail(db: Db, values: Values): Promise<boolean> {
  if (!values.output) throw new Error(`--output is needed\n${usage}`)
  const time = { from: toInstant(values.from), to: toInstant(values.to) }
  const file = createWriteStream(values.output, { mode: 0o600, flags: 'wx' })
  await pipeline(Readable.from(exportLines(db, time)), file)
  console.log(`exported to ${values.output}`)
  return true
}

async function retention(db: Db, values: Values): Promise<boolean> {
  const asked = values['keep-months'] ?? process.env['RENKEI_AUDIT_KEEP_MONTHS']
  const retained = await retain(db, Number(asked || keepMonthsMin), new Date())
  if (retained.broken) {
    printVerified(retained.verified, console.error)
    console.error('Nothing was removed: the trail does not verify.')
    return false
  }
  const { gone } = retained
  console.log(
    gone
      ? `removed ${gone.entries} entries of ${gone.months.join(', ')}, which is on record`
      : 'no month is old enough',
  )
  return true
}

async function withDatabase(demo: boolean, work: (db: Db) => Promise<boolean>): Promise<boolean> {
  const database = await openSystemDatabase({
    databaseUrl: process.env['DATABASE_URL'],
    dataDir: `${stateFolder}${demo ? 'demo/' : ''}postgres`,
  })
  try {
    const { db, close } = openDatabase({
      url: database.url,
      applicationName: 'renkei-audit',
      connectionsMax: 1,
      statementTimeoutMs: 0,
    })
    try {
      await assertMigrated(db)
      return await work(db)
    } finally {
      await close()
    }
  } finally {
    await database.stop()
  }
}

function toInstant(given: string | undefined): Date | undefined {
  if (given === undefined) return undefined
  const instant = new Date(given)
  if (Number.isNaN(instant.getTime())) throw new Error(`${given} is no instant\n${usage}`)
  return instant
}
