// Rows of the audit trail that wait to be written. Looks that differ only in the objects, such as
// those of many sockets of one key at the same event, become one row.

import type { Access } from '@renkei/db'

/** `alike`: with waiting rows of the same actor, action, owner and way of seeing. */
export type Merge = 'never' | 'alike'

export interface Gathered {
  readonly access: Access
  /** Tells everybody whose access stands in the row what became of it. */
  readonly settle: (failure: Error | undefined) => void
}

export interface Gathering {
  /** Resolves when the row is written; rejects with the failure. */
  add(access: Access, merge: Merge): Promise<void>
  size(): number
  take(max: number): Gathered[]
}

// What one row names; more make another one.
const objectsMax = 1000

interface Row {
  readonly first: Access
  readonly objectIds: Set<string>
  readonly fields: Set<string>
  readonly waiters: ((failure: Error | undefined) => void)[]
  readonly alike: string | undefined
}

/** Makes an empty gathering. */
export function gather(): Gathering {
  let rows: Row[] = []
  const open = new Map<string, Row>()
  const rowFor = (access: Access, merge: Merge): Row => {
    const alike = merge === 'alike' ? likenessOf(access) : undefined
    const known = alike === undefined ? undefined : open.get(alike)
    if (known && known.objectIds.size + access.objectIds.length <= objectsMax) return known
    const row = {
      first: access,
      objectIds: new Set<string>(),
      fields: new Set<string>(),
      waiters: [],
      alike,
    }
    rows.push(row)
    if (alike !== undefined) open.set(alike, row)
    return row
  }
  return {
    add(access, merge) {
      const row = rowFor(access, merge)
      for (const id of access.objectIds) row.objectIds.add(id)
      for (const field of fieldsOf(access)) row.fields.add(field)
      return new Promise((resolve, reject) => {
        row.waiters.push((failure) => (failure ? reject(failure) : resolve()))
      })
    },
    size: () => rows.length,
    take(max) {
      const taken = rows.slice(0, max)
      rows = rows.slice(max)
      for (const row of taken) if (open.get(row.alike ?? '') === row) open.delete(row.alike ?? '')
      return taken.map(toGathered)
    },
  }
}

function toGathered({ first, objectIds, fields, waiters }: Row): Gathered {
  const detail = fields.size > 0 ? { ...first.detail, fields: [...fields] } : first.detail
  return {
    access: { ...first, objectIds: [...objectIds], ...(detail && { detail }) },
    settle: (failure) => {
      for (const waiter of waiters) waiter(failure)
    },
  }
}

function likenessOf({ detail, at: _, requestId: _r, objectIds: _o, ...rest }: Access): string {
  const { fields: _f, ...way } = (detail ?? {}) as { fields?: unknown }
  return JSON.stringify([Object.entries(rest), way])
}

function fieldsOf({ detail }: Access): readonly string[] {
  return ((detail ?? {}) as { fields?: readonly string[] }).fields ?? []
}
