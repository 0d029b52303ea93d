// npm run vault: the key under which secrets, sensitive parts and contacts are stored, and its rotation.

import { copyFile, rename } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import {
  assertMigrated,
  countPlainSecrets,
  dataKeyStore,
  type Db,
  readDataKeys,
  rewrapDataKeys,
} from '@renkei/db'
import { explainStartFailure } from '@renkei/service-kit'
import {
  fingerprintOf,
  newDataKey,
  newKeyText,
  parseKey,
  rewrap,
  WrongKeyError,
} from '@renkei/vault'
import { auditOperator } from './system/audit-operator.ts'
import { openSystemDatabase, prepareDatabase } from './system/database.ts'
import {
  embeddedKeyFile,
  findKey,
  readKey,
  sealSecrets,
  type SystemKey,
  withDatabase,
  withVault,
  writeKeyFile,
} from './system/key.ts'
import { stateFolder } from './system/paths.ts'

const usage = `npm run vault -- new-key [--file F]            makes a key: prints it, or writes it to a file (0600)
npm run vault -- status                         what the database expects, and its data keys
npm run vault -- rotate-data-key                seals from now on with a new data key
npm run vault -- rotate-key --new-key-file F    puts another key in the place of the present one
npm run vault -- seal                           seals the secrets that are stored as they are`

interface Place extends SystemKey {
  readonly url: string
  readonly embedded: boolean
}

const commands: Record<string, (place: Place) => Promise<void>> = {
  status,
  'rotate-data-key': rotateDataKey,
  'rotate-key': rotateKey,
  seal,
}

const { positionals, values } = readArguments()
const [name = ''] = positionals

try {
  if (name === 'new-key') await newKey()
  else await run(commands[name] ?? failUsage())
} catch (error) {
  console.error(explainStartFailure(error))
  process.exitCode = 1
}

async function run(command: (place: Place) => Promise<void>): Promise<void> {
  const database = await openSystemDatabase({
    databaseUrl: process.env['DATABASE_URL'],
    dataDir: `${stateFolder}postgres`,
  })
  try {
    // A database that others use is brought to a new version by npm run migrate alone.
    if (database.embedded) await prepareDatabase(database.url)
    else await withDatabase(database.url, assertMigrated)
    await command({ ...database, ...(await findKey(database, process.env)) })
  } finally {
    await database.stop()
  }
}

async function newKey(): Promise<void> {
  const text = newKeyText()
  const key = parseKey(text)
  // Beside the key itself, so that the output can be used as it is.
  console.error(
    `fingerprint ${key ? fingerprintOf(key) : ''}. Keep a copy where the database's copies are not: without it they cannot be read.`,
  )
  if (values.file === undefined) console.log(text)
  else await writeKeyFile(values.file, text)
}

async function status({ url, key }: Place): Promise<void> {
  await withDatabase(url, async (db) => {
    const keys = await readDataKeys(db)
    console.log(`given key      ${fingerprintOf(key)}`)
    console.log(`expected key   ${expectedBy(keys) || 'any: nothing is sealed yet'}`)
    console.log(`plain secrets  ${await countPlainSecrets(db)}`)
    for (const { dataKeyId, kekId, createdAt, retiredAt, seals } of keys) {
      const end = retiredAt ? `retired ${retiredAt.toISOString()}` : 'active'
      console.log(
        `data key       ${dataKeyId}  under ${kekId}  since ${createdAt.toISOString()}  ${end}  up to ${seals} seals`,
      )
    }
  })
}

function expectedBy(keys: readonly { readonly kekId: string }[]): string {
  return [...new Set(keys.map(({ kekId }) => kekId))].join(' or ')
}

async function rotateDataKey({ url, key }: Place): Promise<void> {
  const { before, after } = await withVault(url, key, ({ db }) =>
    db.transaction().execute(async (tx) => {
      const retired = await activeId(tx)
      await dataKeyStore(tx).replace(retired, newDataKey(key))
      const active = await activeId(tx)
      const detail = { before: retired }
      await auditOperator(tx, { action: 'vault.dataKeyReplaced', objectId: active, detail })
      return { before: retired, after: active }
    }),
  )
  console.log(
    `${before} is retired and still opens what it has sealed; ${after} seals from now on.`,
  )
}

async function activeId(db: Db): Promise<string> {
  return (await readDataKeys(db)).find(({ active }) => active)?.dataKeyId ?? ''
}

async function rotateKey({ url, key, env }: Place): Promise<void> {
  const path = values['new-key-file'] ?? failUsage()
  const next = readKey({ RENKEI_KEY_FILE: path })
  const count = await withVault(url, key, ({ db }) =>
    db.transaction().execute(async (tx) => {
      const dataKeys = await rewrapDataKeys(tx, (stored) => {
        const wrapped = rewrap(stored, key, next)
        if (!wrapped) throw new WrongKeyError(fingerprintOf(key), [stored.kekId])
        return wrapped
      })
      const detail = { before: fingerprintOf(key), dataKeys }
      const objectId = fingerprintOf(next)
      await auditOperator(tx, { action: 'vault.keyReplaced', objectId, detail })
      return dataKeys
    }),
  )
  console.log(`${count} data keys are wrapped by the key ${fingerprintOf(next)} now.`)
  if (env['RENKEI_KEY_FILE'] === embeddedKeyFile) {
    await copyFile(path, `${embeddedKeyFile}.next`)
    await rename(`${embeddedKeyFile}.next`, embeddedKeyFile)
    console.log('It is in .renkei/key now.')
    return
  }
  console.log(
    `Set RENKEI_KEY_FILE=${path} (or RENKEI_KEY) for every service and script and restart them soon: until then they work on with what they have opened, and cannot start again with the old key ${fingerprintOf(key)}.`,
  )
}

async function seal({ url, key }: Place): Promise<void> {
  console.log(`sealed ${await sealSecrets(url, key)} secrets`)
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { file: { type: 'string' }, 'new-key-file': { type: 'string' } },
    })
  } catch {
    return failUsage()
  }
}

function failUsage(): never {
  console.error(usage)
  process.exit(2)
}
