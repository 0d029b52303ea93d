// npm run mail: for the operator's mail server, which hands over what came back, and for a look at what
// waits. A mail server tries again after exit 75; whatever is no bounce of ours is let pass with 0.

import { assertMigrated, type Db, summariseMails } from '@renkei/db'
import { bounceBytesMax } from '@renkei/mail'
import { explainStartFailure } from '@renkei/service-kit'
import { takeBounce } from './mail/take-bounce.ts'
import { openSystemDatabase, type SystemDatabase } from './system/database.ts'
import { findKey, withDatabase, withVault } from './system/key.ts'
import { stateFolder } from './system/paths.ts'

const usage = `npm run mail -- bounce < message.eml    takes a message that came back
npm run mail -- status                  ordered mails by state, and what came back in the last 7 days`

const tryAgainLater = 75

const [verb] = process.argv.slice(2)
if (verb === 'bounce' || verb === 'status') await run(verb)
else {
  console.error(usage)
  process.exitCode = 1
}

async function run(what: 'bounce' | 'status'): Promise<void> {
  try {
    const database = await openSystemDatabase({
      databaseUrl: process.env['DATABASE_URL'],
      dataDir: `${stateFolder}postgres`,
    })
    try {
      await (what === 'bounce' ? bounce(database) : withDatabase(database.url, status))
    } finally {
      await database.stop()
    }
  } catch (error) {
    console.error(explainStartFailure(error))
    process.exitCode = what === 'bounce' ? tryAgainLater : 1
  }
}

async function bounce(database: SystemDatabase): Promise<void> {
  const message = await readInput()
  const { key } = await findKey(database, process.env)
  await withVault(database.url, key, async (deps) => {
    await assertMigrated(deps.db)
    console.log(await takeBounce(message, { ...deps, now: new Date() }))
  })
}

async function status(db: Db): Promise<void> {
  await assertMigrated(db)
  const lines = await summariseMails(db)
  for (const line of lines) console.log(line)
  if (lines.length === 0) console.log('nothing ordered, nothing back')
}

async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin) {
    bytes += (chunk as Buffer).length
    if (bytes <= bounceBytesMax) chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}
