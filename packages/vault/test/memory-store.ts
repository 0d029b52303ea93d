// For tests: data keys kept in memory, by the rules of packages/db/src/vault.

import type { DataKeyStore, StoredDataKey } from '../src/key-ring.ts'

export interface MemoryStore extends DataKeyStore {
  rows: (StoredDataKey & { seals: number })[]
  /** How often all data keys were read. */
  reads: number
  /** While it is, nothing can be read. */
  away: boolean
}

/** Makes an empty store. */
export function makeMemoryStore(): MemoryStore {
  return {
    rows: [],
    reads: 0,
    away: false,
    async readAll() {
      if (this.away) throw new Error('the store is away')
      this.reads += 1
      return this.rows.toReversed()
    },
    async addFirst(key) {
      if (this.rows.some((row) => row.active)) return
      this.rows = [...this.rows, { ...key, active: true, seals: 0 }]
    },
    async replace(dataKeyId, by) {
      const isIt = (row: StoredDataKey) =>
        row.active && row.dataKeyId === dataKeyId && row.kekId === by.kekId
      if (!this.rows.some(isIt)) return
      const retired = this.rows.map((row) => (isIt(row) ? { ...row, active: false } : row))
      this.rows = [...retired, { ...by, active: true, seals: 0 }]
    },
    async reserve(dataKeyId, seals) {
      this.rows = this.rows.map((row) =>
        row.dataKeyId === dataKeyId ? { ...row, seals: row.seals + seals } : row,
      )
      return this.rows.find((row) => row.dataKeyId === dataKeyId)?.seals ?? 0
    },
  }
}
