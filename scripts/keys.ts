// npm run keys: organisations and their API keys.

import { parseArgs } from 'node:util'
import {
  createKey,
  type Db,
  findKey,
  findSigningKey,
  listKeys,
  listOrganisations,
  listSigningKeys,
  openDatabase,
  type OrganisationKind,
  revokeKey,
  revokeSigningKey,
  rotateKey,
  type Scope,
  scopes,
  type Tx,
} from '@renkei/db'
import { saveOrganisation } from './keys/organisation.ts'
import { rotatePlatformKey } from './keys/platform-key.ts'
import { keyRow, signingKeyRow } from './keys/tables.ts'
import { auditOperator } from './system/audit-operator.ts'
import { openSystemDatabase, prepareDatabase } from './system/database.ts'
import { stateFolder } from './system/paths.ts'

const usage = `npm run keys -- list
npm run keys -- organisation CODE --name NAME --kind carrier|mvno|vendor|contractor|government|ceptoar|emergencyAgency|media
                        [--name-ja NAME] [--code mccMnc:999-99]... (given again, changes what is there)
npm run keys -- create CODE --label LABEL [--scopes ${scopes.join(',')}] [--expires 2027-03-31T00:00:00+09:00]
                        [--signature-required] [--certificate SHA256_IN_BASE64URL]
npm run keys -- rotate KEY_ID [--overlap-hours 24] [--expires 2027-03-31T00:00:00+09:00]
npm run keys -- revoke KEY_ID | SIGNING_KEY_ID
npm run keys -- rotate-platform-key   signs the requests of this Renkei with another key (docs/webhooks.md)`

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
  const options = {
    name: text,
    'name-ja': text,
    code: { type: 'string', multiple: true },
    kind: text,
    label: text,
    scopes: text,
    expires: text,
    certificate: text,
    'overlap-hours': text,
    'signature-required': { type: 'boolean' },
  } as const
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
    const now = new Date()
    console.table((await listKeys(db)).map((key) => keyRow(key, now)))
    console.table((await listSigningKeys(db)).map((key) => signingKeyRow(key, now)))
  } else if (verb === 'organisation' && subject) await organisation(db, subject)
  else if (verb === 'create' && subject) await create(db, subject)
  else if (verb === 'rotate' && subject) await rotate(db, subject)
  else if (verb === 'revoke' && subject) await revoke(db, subject)
  else if (verb === 'rotate-platform-key') console.log(await rotatePlatformKey(db, database))
  else throw new Error(usage)
}

async function organisation(db: Db, organisationId: string): Promise<void> {
  const kind = kinds.find((known) => known === values.kind)
  if (values.kind !== undefined && !kind) throw new Error(usage)
  const { name, 'name-ja': nameJa, code: codes } = values
  const record = (tx: Tx, action: string, detail: object) =>
    auditOperator(tx, { action, objectId: organisationId, organisationId, detail })
  const wish = { organisationId, name, nameJa, kind, codes }
  console.log(await saveOrganisation(db, wish, { now: new Date(), record }))
}

async function create(db: Db, organisationId: string): Promise<void> {
  const asked = values.scopes?.split(',') ?? scopes.filter((scope) => scope !== 'admin')
  const unknown = asked.filter((scope) => !scopes.includes(scope as Scope))
  if (unknown.length > 0) throw new Error(`there is no scope ${unknown.join(', ')}\n${usage}`)
  if (!(await listOrganisations(db)).some((known) => known.organisationId === organisationId)) {
    throw new Error(`there is no organisation ${organisationId}: add it first\n${usage}`)
  }
  const { certificate } = values
  if (certificate !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(certificate)) {
    throw new Error(`--certificate must be a SHA-256 in base64url\n${usage}`)
  }
  const expiresAt = readExpiry() ?? null
  const { apiKey } = await db.transaction().execute(async (tx) => {
    const key = await createKey(tx, {
      organisationId,
      label: values.label ?? 'made by npm run keys',
      scopes: asked as Scope[],
      expiresAt,
      signatureRequired: values['signature-required'] ?? false,
      certificateSha256: certificate ?? null,
    })
    const detail = { scopes: asked }
    await auditOperator(tx, { action: 'key.created', objectId: key.keyId, organisationId, detail })
    return key
  })
  console.log(`This is shown once:\n${apiKey}`)
}

async function rotate(db: Db, keyId: string): Promise<void> {
  const hours = Number(values['overlap-hours'] ?? 24)
  if (!(hours >= 0 && hours <= 168)) throw new Error(`--overlap-hours must be 0 to 168\n${usage}`)
  const expiresAt = readExpiry()
  const rotated = await db.transaction().execute(async (tx) => {
    const at = new Date()
    const change = { ...(expiresAt && { expiresAt }) }
    const rotation = await rotateKey(tx, { keyId, at, overlapMs: hours * 3_600_000, change })
    const organisationId = (await findKey(tx, keyId))?.organisationId
    if (rotation.outcome !== 'rotated' || !organisationId) {
      throw new Error(`${keyId} cannot be rotated: it is ${rotation.outcome}`)
    }
    const detail = { replacedBy: rotation.keyId, endsAt: rotation.oldEndsAt.toISOString() }
    await auditOperator(tx, { action: 'key.rotated', objectId: keyId, organisationId, detail })
    return rotation
  })
  console.log(`${keyId} works until ${rotated.oldEndsAt.toISOString()}`)
  console.log(`Its successor is shown once:\n${rotated.apiKey}`)
}

async function revoke(db: Db, id: string): Promise<void> {
  const done = await db.transaction().execute(async (tx) => {
    const at = new Date()
    const key = await findKey(tx, id)
    const signingKey = key ? undefined : await findSigningKey(tx, id)
    const organisationId = (key ?? signingKey)?.organisationId
    if (organisationId === undefined) return false
    const revoked = key
      ? await revokeKey(tx, id, at)
      : await revokeSigningKey(tx, { signingKeyId: id, organisationId }, at)
    const action = key ? 'key.revoked' : 'signingKey.revoked'
    if (revoked) await auditOperator(tx, { action, objectId: id, organisationId })
    return revoked
  })
  console.log(done ? `${id} is revoked` : `there is no live key ${id}`)
}

function readExpiry(): Date | undefined {
  if (values.expires === undefined) return undefined
  const expiresAt = new Date(values.expires)
  if (expiresAt.getTime() > Date.now()) return expiresAt
  throw new Error(`--expires must be an instant in the future\n${usage}`)
}
