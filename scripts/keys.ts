// npm run keys: organisations and their API keys.

import { parseArgs } from 'node:util'
import {
  addOrganisation,
  createKey,
  type Db,
  listKeys,
  listOrganisations,
  openDatabase,
  type OrganisationKind,
  revokeKey,
  type Scope,
  scopes,
} from '@renkei/db'
import { openSystemDatabase, prepareDatabase } from './system/database.ts'
import { stateFolder } from './system/paths.ts'

const usage = `npm run keys -- list
npm run keys -- organisation CODE --name NAME --kind carrier|mvno|vendor|contractor|government|ceptoar|emergencyAgency|media
npm run keys -- create CODE --label LABEL [--scopes ${scopes.join(',')}] [--expires 2027-03-31T00:00:00+09:00]
npm run keys -- revoke KEY_ID`

const kinds: readonly OrganisationKind[] = [
  'carrier',
  'mvno',
  'vendor',
  'contractor',
  'government',
  'ceptoar',
  'emergencyAgency',
  'media',
]

const { positionals, values } = readArguments()

const database = await openSystemDatabase({
  databaseUrl: process.env['DATABASE_URL'],
  dataDir: `${stateFolder}postgres`,
})
try {
  await prepareDatabase(database.url)
  const { db, close } = openDatabase({
    url: database.url,
    applicationName: 'renkei-keys',
    connectionsMax: 1,
    statementTimeoutMs: 10_000,
  })
  try {
    await run(db, positionals)
  } finally {
    await close()
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
} finally {
  await database.stop()
}

function readArguments() {
  const text = { type: 'string' } as const
  const options = { name: text, kind: text, label: text, scopes: text, expires: text }
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch {
    console.error(usage)
    return process.exit(1)
  }
}

async function run(db: Db, [verb, subject]: string[]): Promise<void> {
  if (verb === 'list') {
    console.table(await listOrganisations(db))
    console.table(await listKeys(db))
  } else if (verb === 'organisation' && subject) await organisation(db, subject)
  else if (verb === 'create' && subject) await create(db, subject)
  else if (verb === 'revoke' && subject) {
    const done = await revokeKey(db, subject, new Date())
    console.log(done ? `${subject} is revoked` : `there is no live key ${subject}`)
  } else throw new Error(usage)
}

async function organisation(db: Db, organisationId: string): Promise<void> {
  const kind = kinds.find((known) => known === values.kind)
  if (!values.name || !kind) throw new Error(usage)
  if (!/^[a-z0-9][a-z0-9-]{1,62}$/.test(organisationId)) {
    throw new Error('CODE must be 2 to 63 lower-case letters, digits and hyphens')
  }
  const added = await addOrganisation(db, { organisationId, name: values.name, kind })
  console.log(added ? `${organisationId} is added` : `${organisationId} was there already`)
}

async function create(db: Db, organisationId: string): Promise<void> {
  const asked = values.scopes?.split(',') ?? scopes.filter((scope) => scope !== 'admin')
  const unknown = asked.filter((scope) => !scopes.includes(scope as Scope))
  if (unknown.length > 0) throw new Error(`there is no scope ${unknown.join(', ')}\n${usage}`)
  if (!(await listOrganisations(db)).some((known) => known.organisationId === organisationId)) {
    throw new Error(`there is no organisation ${organisationId}: add it first\n${usage}`)
  }
  const expiresAt = values.expires === undefined ? null : new Date(values.expires)
  if (expiresAt && !(expiresAt.getTime() > Date.now())) {
    throw new Error(`--expires must be an instant in the future\n${usage}`)
  }
  const { apiKey } = await createKey(db, {
    organisationId,
    label: values.label ?? 'made by npm run keys',
    scopes: asked as Scope[],
    expiresAt,
  })
  console.log(`This is shown once:\n${apiKey}`)
}
