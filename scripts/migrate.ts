// npm run migrate: brings the database to the newest version.

import { openSystemDatabase, prepareDatabase } from './system/database.ts'
import { stateFolder } from './system/paths.ts'

const database = await openSystemDatabase({
  databaseUrl: process.env['DATABASE_URL'],
  dataDir: `${stateFolder}postgres`,
})
try {
  const applied = await prepareDatabase(database.url)
  console.log(applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to apply')
} finally {
  await database.stop()
}
