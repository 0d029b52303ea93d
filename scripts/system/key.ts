// The key-encryption key of a run: the one that RENKEI_KEY or RENKEI_KEY_FILE gives or, on the embedded
// database, one of our own in a file that is made on the first start.

import type { KeyObject } from 'node:crypto'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dataKeyStore, type Db, openDatabase, readDataKeys, sealPlainSecrets } from '@renkei/db'
import { type Env, readEnv } from '@renkei/service-kit'
import {
  fingerprintOf,
  keySetting,
  newKeyText,
  openVault,
  sealSecret,
  type Vault,
} from '@renkei/vault'
import { auditOperator } from './audit-operator.ts'
import { stateFolder } from './paths.ts'

export interface SystemKey {
  readonly key: KeyObject
  /** What a service needs to be given, beside our own environment, to find the same key. */
  readonly env: Readonly<Record<string, string>>
}

interface Place {
  readonly url: string
  readonly embedded: boolean
}

/** The key of the embedded database. */
export const embeddedKeyFile = `${stateFolder}key`

/**
 * Finds the key, or makes it for an embedded database that has none yet. Throws a `ConfigError` when
 * the settings name none or two, and refuses to make one for data that were sealed under another.
 */
export async function findKey({ url, embedded }: Place, env: Env): Promise<SystemKey> {
  if (!embedded || isKeyGiven(env)) return { key: readKey(env), env: {} }
  if (!existsSync(embeddedKeyFile)) await makeEmbeddedKey(url)
  const file = { [keySetting.fileName]: embeddedKeyFile }
  return { key: readKey(file), env: file }
}

/** True when the environment names a key, right or wrong. */
export function isKeyGiven(env: Env): boolean {
  return Boolean(env[keySetting.name] ?? env[keySetting.fileName])
}

/** Reads a key from settings; throws a `ConfigError` with the fault. */
export function readKey(env: Env): KeyObject {
  return readEnv(env, (reader) => reader.secret(keySetting))
}

/** Writes a new file that only its owner can read; refuses to write over one. */
export async function writeKeyFile(path: string, text: string): Promise<void> {
  // Whoever finds the file finds all of it: it gets its name when it is complete.
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${text}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    await link(draft, path)
  } finally {
    await rm(draft)
  }
}

async function makeEmbeddedKey(url: string): Promise<void> {
  const [expected] = await withDatabase(url, readDataKeys)
  if (expected) {
    throw new Error(
      `.renkei/key is missing, and the embedded database expects the key with the fingerprint ${expected.kekId}: put it back, or remove .renkei to begin anew without its data`,
    )
  }
  await mkdir(stateFolder, { recursive: true })
  await writeKeyFile(embeddedKeyFile, newKeyText()).catch((error: NodeJS.ErrnoException) => {
    // Another one that starts at the same time has made it.
    if (error.code !== 'EEXIST') throw error
  })
}

/** Opens the vault of a database, and seals the secrets that stand in it as they are, on record. */
export async function sealSecrets(url: string, key: KeyObject): Promise<number> {
  return withVault(url, key, ({ db, vault }) =>
    sealPlainSecrets(
      db,
      (plain) => sealSecret(vault, plain, plain.secret),
      (tx, secrets) =>
        auditOperator(tx, {
          action: 'vault.secretsSealed',
          objectId: fingerprintOf(key),
          detail: { secrets },
        }),
    ),
  )
}

/** Lends the vault of a database; rejects when the key is another one. */
export async function withVault<T>(
  url: string,
  key: KeyObject,
  work: (deps: { db: Db; vault: Vault }) => Promise<T>,
): Promise<T> {
  return withDatabase(url, async (db) => {
    const vault = await openVault({ key, store: dataKeyStore(db) })
    try {
      return await work({ db, vault })
    } finally {
      await vault.settled()
    }
  })
}

/** Lends a database with one connection; a statement may take half a minute unless told otherwise. */
export async function withDatabase<T>(
  url: string,
  work: (db: Db) => Promise<T>,
  { applicationName = 'renkei-vault', statementTimeoutMs = 30_000 } = {},
): Promise<T> {
  const { db, close } = openDatabase({
    url,
    applicationName,
    connectionsMax: 1,
    statementTimeoutMs,
  })
  try {
    return await work(db)
  } finally {
    await close()
  }
}
