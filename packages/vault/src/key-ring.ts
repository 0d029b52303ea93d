// The data keys of a database, opened. Another process may add one at any time: the ring looks again
// when it is told to.

import type { KeyObject } from 'node:crypto'
import { TamperedError, WrongKeyError } from './errors.ts'
import { fingerprintOf, newDataKey, unwrap, type WrappedDataKey } from './keys.ts'

export interface StoredDataKey extends WrappedDataKey {
  readonly active: boolean
}

/** Where data keys are kept (`packages/db/src/vault`). */
export interface DataKeyStore {
  /** All data keys there are, the newest first; also retired ones, since what they sealed is there. */
  readAll(): Promise<readonly StoredDataKey[]>
  /** Adds the first data key, unless one is active already. */
  addFirst(key: WrappedDataKey): Promise<void>
  /** Retires an active data key of the new key's KEK and adds the new one, or does nothing. */
  replace(dataKeyId: string, by: WrappedDataKey): Promise<void>
  /** Reserves seals of a data key; resolves to how many are reserved in all. */
  reserve(dataKeyId: string, seals: number): Promise<number>
}

export interface KeyRing {
  get(dataKeyId: string): KeyObject | undefined
  /** The data key that seals: the active one or, when our KEK does not open that, the last we had. */
  active(): { readonly dataKeyId: string; readonly key: KeyObject }
  /** The first data key that this database has had. */
  oldest(): KeyObject
  /** Reads the data keys that were added meanwhile. */
  refresh(): Promise<void>
  /** Puts a new data key in the place of one; when another process was faster, takes that one's. */
  replace(dataKeyId: string): Promise<void>
}

/**
 * Opens all data keys of a store, and adds the first one to an empty store. Rejects with
 * `WrongKeyError` when they are wrapped under another KEK, `TamperedError` when one was changed.
 */
export async function openKeyRing(kek: KeyObject, store: DataKeyStore): Promise<KeyRing> {
  const kekId = fingerprintOf(kek)
  const keys = new Map<string, KeyObject>()
  let activeId = ''
  let oldestId = ''
  const refresh = async () => {
    const rows = await store.readAll()
    oldestId = rows.at(-1)?.dataKeyId ?? ''
    for (const row of rows) {
      // Wrapped anew by an operator: until our restart, what we have goes on to work.
      if (row.kekId !== kekId) continue
      if (!keys.has(row.dataKeyId)) keys.set(row.dataKeyId, open(row, kek))
      if (row.active) activeId = row.dataKeyId
    }
  }
  if ((await store.readAll()).length === 0) await store.addFirst(newDataKey(kek))
  const foreign = (await store.readAll()).filter((row) => row.kekId !== kekId)
  if (foreign.length > 0) {
    throw new WrongKeyError(kekId, [...new Set(foreign.map((row) => row.kekId))])
  }
  await refresh()
  const held = (dataKeyId: string) => {
    const key = keys.get(dataKeyId)
    if (!key) throw new Error('the database has no such data key')
    return key
  }
  return {
    get: (dataKeyId) => keys.get(dataKeyId),
    active: () => ({ dataKeyId: activeId, key: held(activeId) }),
    oldest: () => held(oldestId),
    refresh,
    async replace(dataKeyId) {
      await store.replace(dataKeyId, newDataKey(kek))
      await refresh()
    },
  }
}

function open(row: StoredDataKey, kek: KeyObject): KeyObject {
  const key = unwrap(row, kek)
  if (!key) throw new TamperedError(`data key ${row.dataKeyId}`)
  return key
}
