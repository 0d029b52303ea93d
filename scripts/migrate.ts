// npm run migrate: brings the database to the newest version, and makes the login of the services when
// RENKEI_SERVICE_PASSWORD says its password.

import { ensureServiceLogin, serviceLogin } from '@renkei/db'
import { explainStartFailure } from '@renkei/service-kit'
import { openSystemDatabase, prepareDatabase } from './system/database.ts'
import { findKey, isKeyGiven, sealSecrets } from './system/key.ts'
import { stateFolder } from './system/paths.ts'

const database = await openSystemDatabase({
  databaseUrl: process.env['DATABASE_URL'],
  dataDir: `${stateFolder}postgres`,
})
try {
  const applied = await prepareDatabase(database.url)
  console.log(applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to apply')
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
