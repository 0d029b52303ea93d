// npm run deliveries: what waits and why, and what an operator can do about it. It changes the database
// only; the notifiers find what has become due with their next sweep.

import { assertMigrated, type Db } from '@renkei/db'
import { explainStartFailure } from '@renkei/service-kit'
import { readArguments, usage, type Wish } from './deliveries/arguments.ts'
import { drain, switchOn } from './deliveries/endpoints.ts'
import { pause, resume } from './deliveries/pause.ts'
import { cancel, replay, watch } from './deliveries/replays.ts'
import { status, stuck } from './deliveries/show.ts'
import { openSystemDatabase } from './system/database.ts'
import { withDatabase } from './system/key.ts'
import { stateFolder } from './system/paths.ts'

const verbs = new Map<string, (db: Db, wish: Wish) => Promise<boolean>>(
  Object.entries({
    status,
    stuck,
    replay,
    watch,
    cancel,
    drain,
    'switch-on': switchOn,
    pause,
    resume,
  }),
)

try {
  const { verb, wish } = readArguments(process.argv.slice(2))
  const work = verbs.get(verb)
  if (!work) throw new Error(usage)
  process.exitCode = (await run((db) => work(db, wish))) ? 0 : 1
} catch (error) {
  // What has no code is said by this program itself, and its stack tells nobody anything.
  const isOurs = error instanceof Error && !('code' in error)
  console.error(isOurs ? error.message : explainStartFailure(error))
  process.exitCode = 1
}

async function run(work: (db: Db) => Promise<boolean>): Promise<boolean> {
  const database = await openSystemDatabase({
    databaseUrl: process.env['DATABASE_URL'],
    dataDir: `${stateFolder}postgres`,
  })
  const migrated = async (db: Db) => {
    await assertMigrated(db)
    return work(db)
  }
  try {
    const options = { applicationName: 'renkei-deliveries', statementTimeoutMs: 60_000 }
    return await withDatabase(database.url, migrated, options)
  } finally {
    await database.stop()
  }
}
