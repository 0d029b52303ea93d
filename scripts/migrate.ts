// npm run migrate: brings the database to the newest version, and makes the login of the services when
// RENKEI_SERVICE_PASSWORD says its password. With --new-epoch, after a restore, it gives the feed a new
// name (docs/runbooks/restore.md).

import { parseArgs } from 'node:util'
import { ensureServiceLogin, renewEpoch, serviceLogin } from '@renkei/db'
import { explainStartFailure } from '@renkei/service-kit'
import { auditOperator } from './system/audit-operator.ts'
import { openSystemDatabase, prepareDatabase } from './system/database.ts'
import { findKey, isKeyGiven, sealSecrets, withDatabase } from './system/key.ts'
import { stateFolder } from './system/paths.ts'

const { isNewEpoch } = readArguments()
const database = await openSystemDatabase({
  databaseUrl: process.env['DATABASE_URL'],
  dataDir: `${stateFolder}postgres`,
})
try {
  const applied = await prepareDatabase(database.url)
  console.log(applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to apply')
  if (isNewEpoch) await giveNewEpoch(database.url)
  const password = process.env['RENKEI_SERVICE_PASSWORD']
  if (password) {
    await ensureServiceLogin(database.url, password)
    console.log(`the services log in as ${serviceLogin}`)
  }
  if (database.embedded || isKeyGiven(process.env)) {
    const { key } = await findKey(database, process.env)
    console.log(`sealed ${await sealSecrets(database.url, key)} secrets that were stored plain`)
  } else {
    console.log('No key is given, so no secrets were sealed; the services will not start without.')
  }
} catch (error) {
  console.error(explainStartFailure(error))
  process.exitCode = 1
} finally {
  await database.stop()
}

// In one transaction with its entry: a feed does not change its name off the record.
async function giveNewEpoch(url: string): Promise<void> {
  const { before, after } = await withDatabase(url, (db) =>
    db.transaction().execute(async (tx) => {
      const epochs = await renewEpoch(tx)
      const detail = { before: epochs.before }
      await auditOperator(tx, { action: 'feed.epochRenewed', objectId: epochs.after, detail })
      return epochs
    }),
  )
  console.log(`the epoch of the feed was ${before} and is ${after}; start the services again`)
}

function readArguments(): { isNewEpoch: boolean } {
  try {
    const { values } = parseArgs({ options: { 'new-epoch': { type: 'boolean', default: false } } })
    return { isNewEpoch: values['new-epoch'] }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error('npm run migrate [-- --new-epoch]')
    return process.exit(2)
  }
}
