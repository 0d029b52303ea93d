// The key that this Renkei signs its requests with (RFC 9421, Ed25519), so that a receiver can check
// who sent them without sharing a secret. Made on first use, by one process; sealed where it is stored.

import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { publicKeyOf } from '@renkei/http-signature'

export interface PlatformKey {
  /** The thumbprint of the public key. */
  readonly keyId: string
  readonly privateKey: KeyObject
}

export interface SealedPlatformKey {
  readonly keyId: string
  /** The 32 bytes. */
  readonly publicKey: Buffer
  /** PKCS 8, sealed. */
  readonly privateKey: string
}

export interface PlatformKeyStore {
  /** All that are published, the newest first. */
  readAll(at: Date): Promise<readonly (SealedPlatformKey & { readonly signsFrom: Date })[]>
  /** Adds the first key; does nothing when there is one. */
  addFirst(key: SealedPlatformKey, at: Date): Promise<void>
}

/** What seals a private key for its place, and opens it there. */
export interface KeySealer {
  seal(plain: Buffer, context: string): string
  open(sealed: string, context: string): Promise<Buffer>
}

export interface PlatformKeys {
  /** The key that signs now; makes the first one. Rejects when it cannot be read or opened. */
  current(): Promise<PlatformKey>
}

export interface PlatformKeysDeps {
  readonly store: PlatformKeyStore
  readonly sealer: KeySealer
  readonly now: () => Date
}

const readAgainMs = 60_000

/** For how long a new key is published before it signs: longer than anybody keeps the list. */
export const publishedBeforeMs = 900_000

/** Makes a key pair, sealed for its place. */
export function newPlatformKey(sealer: Pick<KeySealer, 'seal'>): SealedPlatformKey {
  const pair = generateKeyPairSync('ed25519')
  const bytes = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const { keyId } = publicKeyOf(bytes)
  const plain = pair.privateKey.export({ type: 'pkcs8', format: 'der' })
  return { keyId, publicKey: bytes, privateKey: sealer.seal(plain, contextOf(keyId)) }
}

/** Gives the present key; looks for a newer one once a minute, and signs with the old one while it cannot. */
export function createPlatformKeys({ store, sealer, now }: PlatformKeysDeps): PlatformKeys {
  const opened = new Map<string, PlatformKey>()
  let known: { readonly key: PlatformKey; readonly readAtMs: number } | undefined
  let reading: Promise<PlatformKey> | undefined

  const open = async ({ keyId, privateKey }: SealedPlatformKey): Promise<PlatformKey> => {
    const before = opened.get(keyId)
    if (before) return before
    const der = await sealer.open(privateKey, contextOf(keyId))
    const key = { keyId, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) }
    opened.set(keyId, key)
    return key
  }
  const read = async () => {
    const at = now()
    let keys = await store.readAll(at)
    if (keys.length === 0) {
      await store.addFirst(newPlatformKey(sealer), at)
      keys = await store.readAll(at)
    }
    const signing = keys.find(({ signsFrom }) => signsFrom <= at) ?? keys.at(-1)
    if (!signing) throw new Error('the platform has no signing key')
    const key = await open(signing)
    known = { key, readAtMs: at.getTime() }
    return key
  }
  return {
    async current() {
      if (known && now().getTime() - known.readAtMs < readAgainMs) return known.key
      reading ??= read().finally(() => {
        reading = undefined
      })
      const last = known
      return last ? reading.catch(() => last.key) : reading
    },
  }
}

function contextOf(keyId: string): string {
  return `platform_signing_keys.private_key ${keyId}`
}
