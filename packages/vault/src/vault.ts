// Seals what must not be readable in the database or in a copy of it, each text bound to its place.

import { createHmac, type KeyObject } from 'node:crypto'
import { TamperedError, UnknownDataKeyError } from './errors.ts'
import { decrypt, encrypt } from './gcm.ts'
import { type DataKeyStore, type KeyRing, openKeyRing } from './key-ring.ts'
import { digestKeyOf } from './keys.ts'
import { leaseDefaults, type LeaseOptions, openLease } from './lease.ts'

export interface Vault {
  /**
   * Gives `v1.<dataKeyId>.<base64url of nonce|ciphertext|tag>`. The context names the place (table,
   * column, row): the text opens there and nowhere else. Throws `ExhaustedError` when the store
   * has been out of reach for so long that no more seals are reserved.
   */
  seal(plain: Buffer | string, context: string): string
  /**
   * Gives what was sealed. Throws `TamperedError` when the text was changed or moved, and
   * `UnknownDataKeyError` when its data key is not at hand: another process may have made it a
   * moment ago, so await `fetchKeys` before, or use `openSealed`.
   */
  open(sealed: string, context: string): Buffer
  /**
   * Gives a keyed hash (HMAC-SHA256), the same in every process of a database and for ever. What may
   * have few values, such as a telephone number, could be guessed from a hash without a key.
   */
  digest(text: Buffer): Buffer
  /** Reads the data keys of these texts that are not at hand; rejects only when the store does. */
  readonly fetchKeys: (sealed: readonly string[]) => Promise<void>
  /** Tells the process of a text that stays closed, or of a store that does not answer. */
  readonly onFault: (error: unknown) => void
  /** Resolves when no look at the store is under way; call it before the store is closed. */
  settled(): Promise<void>
}

export interface VaultOptions extends Partial<LeaseOptions> {
  /** The key-encryption key. */
  readonly key: KeyObject
  readonly store: DataKeyStore
  /** Told of errors, none of which holds a key, plain text or sealed text. */
  readonly onFault?: (error: unknown) => void
}

/**
 * Opens the vault of a database; the first one on it makes its first data key. Rejects with
 * `WrongKeyError`, naming the fingerprint that the database expects.
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { key, store, onFault = () => undefined } = options
  const ring = await openKeyRing(key, store)
  const lease = await openLease(ring, store, { ...leaseDefaults, ...options }, onFault)
  const fetchKeys = makeFetcher(ring)
  // Of all data keys the oldest one stays what it is.
  const digestKey = digestKeyOf(ring.oldest())
  return {
    onFault,
    settled: () => lease.settled(),
    seal(plain, context) {
      const { dataKeyId, key: dataKey } = lease.next()
      return `v1.${dataKeyId}.${encrypt(dataKey, plain, context).toString('base64url')}`
    },
    digest: (text) => createHmac('sha256', digestKey).update(text).digest(),
    open(sealed, context) {
      const { dataKeyId, bytes } = parse(sealed, context)
      const dataKey = ring.get(dataKeyId)
      if (!dataKey) {
        // So that who tries again a moment later does not need to know of this.
        void fetchKeys([sealed]).catch(onFault)
        throw new UnknownDataKeyError(dataKeyId, context)
      }
      const plain = decrypt(dataKey, bytes, context)
      if (!plain) throw new TamperedError(context)
      return plain
    },
    fetchKeys,
  }
}

const absentMax = 1000

function makeFetcher(ring: KeyRing): Vault['fetchKeys'] {
  const absent = new Set<string>()
  return async (sealed) => {
    const ids = sealed.flatMap((text) => form.exec(text)?.[1] ?? [])
    const isNew = (id: string) => ring.get(id) === undefined && !absent.has(id)
    if (!ids.some(isNew)) return
    await ring.refresh()
    // A data key is stored before it is used and never deleted: what is absent stays so.
    if (absent.size > absentMax) absent.clear()
    for (const id of ids.filter(isNew)) absent.add(id)
  }
}

/** Opens a text, also one whose data key another process has just made. Rejects as `open` throws. */
export async function openSealed(vault: Vault, sealed: string, context: string): Promise<Buffer> {
  await vault.fetchKeys([sealed])
  return vault.open(sealed, context)
}

/** The vault as whoever seals and opens single texts wants it. */
export function sealerOf(vault: Vault) {
  return {
    seal: (plain: Buffer, context: string) => vault.seal(plain, context),
    open: (sealed: string, context: string) => openSealed(vault, sealed, context),
  }
}

/** True for a text that says of itself that it is sealed, whether or not it opens. */
export function isSealed(text: string): boolean {
  return text.startsWith('v1.')
}

const form = /^v1\.([0-9a-f]{16})\.([\w-]+)$/

function parse(sealed: string, context: string): { dataKeyId: string; bytes: Buffer } {
  const [, dataKeyId = '', text = ''] = form.exec(sealed) ?? []
  const bytes = Buffer.from(text, 'base64url')
  // Other texts than the one that was made would decode to the same bytes.
  if (text === '' || bytes.toString('base64url') !== text) throw new TamperedError(context)
  return { dataKeyId, bytes }
}
