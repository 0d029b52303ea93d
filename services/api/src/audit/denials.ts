// Refused attempts, on record with a bound: within a minute one address or key gets so many rows of
// its own, repeats and everything beyond are counted into one row. A flood of attempts cannot fill
// the table, and nobody who tries is left out of it.

import type { Access } from '@renkei/db'

export interface Denial extends Access {
  /** Who is counted as one: a key that was proved, or else a source address. */
  readonly group: string
}

export interface DenialDeps {
  /** Tells of each access whether it is on record; rejects when none of them is. */
  readonly record: (
    accesses: readonly Access[],
  ) => Promise<readonly PromiseSettledResult<unknown>[]>
  /** Rows that are given to `record` at once. */
  readonly sliceRowsMax: number
  /** Rows of one group within a window, and of all. */
  readonly rowsMax: number
  readonly rowsMaxOfAll: number
  readonly groupsMax: number
}

export interface DenialLog {
  /** Resolves when the attempt is on record or counted; rejects when it is only counted for now. */
  denied(denial: Denial): Promise<void>
  /**
   * Writes what was counted and begins a new window. What cannot be written stays counted in the new
   * one, within the same bounds, and the first failure is thrown.
   */
  endWindow(): Promise<void>
}

interface Counted {
  readonly first: Access
  count: number
  since: Date
  lastAt: Date
}

/** Makes the log of a process. */
export function makeDenialLog(deps: DenialDeps): DenialLog {
  let window = openWindow(deps)
  return {
    async denied({ group, ...access }) {
      const { counted, isNew } = window.placeOf({ group, kind: kindOf(access), access })
      if (!isNew) return add(counted, once(access))
      const [failure] = await failuresOf(deps, [access])
      if (!failure) return
      // The window may have ended meanwhile.
      add(window.placeOf({ group, kind: kindOf(access), access }).counted, once(access))
      throw failure.reason
    },
    async endWindow() {
      const sums = window.sums()
      window = openWindow(deps)
      for (let start = 0; start < sums.length; start += deps.sliceRowsMax) {
        const slice = sums.slice(start, start + deps.sliceRowsMax)
        const failures = await failuresOf(deps, slice.map(toRow))
        const [failure] = failures
        if (!failure) continue
        const failed = failures.flatMap(({ index }) => slice[index] ?? [])
        for (const { group, kind, counted } of [...failed, ...sums.slice(start + slice.length)]) {
          add(window.placeOf({ group, kind, access: counted.first }).counted, counted)
        }
        throw failure.reason
      }
    },
  }
}

interface Failure {
  readonly index: number
  readonly reason: unknown
}

async function failuresOf(deps: DenialDeps, rows: readonly Access[]): Promise<Failure[]> {
  try {
    const results = await deps.record(rows)
    return results.flatMap((result, index) =>
      result.status === 'rejected' ? { index, reason: result.reason as unknown } : [],
    )
  } catch (reason) {
    return rows.map((_, index) => ({ index, reason }))
  }
}

interface Sum {
  readonly group: string
  readonly kind: string
  readonly counted: Counted
}

interface Window {
  /** Where an attempt counts: with its kind while there are rows left, else with the rest. */
  placeOf(attempt: { readonly group: string; readonly kind: string; readonly access: Access }): {
    readonly counted: Counted
    readonly isNew: boolean
  }
  sums(): Sum[]
}

function openWindow(deps: DenialDeps): Window {
  const groups = new Map<string, Group>()
  let rowsOfAll = 0
  const groupOf = (asked: string): Group => {
    const name = groups.has(asked) || groups.size < deps.groupsMax ? asked : others
    const group = groups.get(name) ?? { name, rows: 0, counted: new Map<string, Counted>() }
    groups.set(name, group)
    return group
  }
  const hasRoom = ({ name, rows }: Group) =>
    // Those for whom there is no group are counted together: no row speaks for one of them.
    name !== others && rows < deps.rowsMax && rowsOfAll < deps.rowsMaxOfAll
  return {
    placeOf({ group: asked, kind, access }) {
      const group = groupOf(asked)
      const known = group.counted.get(kind)
      if (known) return { counted: known, isNew: false }
      const isNew = kind !== others && hasRoom(group)
      const place = isNew ? kind : others
      const counted = group.counted.get(place) ?? counting(isNew ? access : mixed(access, group))
      group.counted.set(place, counted)
      if (isNew) {
        group.rows += 1
        rowsOfAll += 1
      }
      return { counted, isNew }
    },
    sums: () =>
      [...groups.values()].flatMap(({ name, counted }) =>
        [...counted]
          .filter(([, { count }]) => count > 0)
          .map(([kind, sum]) => ({ group: name, kind, counted: sum })),
      ),
  }
}

interface Group {
  readonly name: string
  rows: number
  readonly counted: Map<string, Counted>
}

const others = 'others'

function kindOf({ action, objectType, objectIds, detail }: Access): string {
  return JSON.stringify([action, objectType, objectIds, detail])
}

function counting(first: Access): Counted {
  return { first, count: 0, since: first.at, lastAt: first.at }
}

function once(access: Access): Counted {
  return { ...counting(access), count: 1 }
}

function add(sum: Counted, more: Counted): void {
  sum.count += more.count
  if (more.since < sum.since) sum.since = more.since
  if (more.lastAt > sum.lastAt) sum.lastAt = more.lastAt
}

// Stands for attempts of several kinds: it says only who and from where, or not even that.
function mixed(access: Access, { name }: Group): Access {
  const nobody = name === others && { organisationId: null, keyId: null, address: null }
  const detail = { attempted: 'several' }
  return { ...access, ...nobody, objectType: 'any', objectIds: [], detail }
}

function toRow({ counted: { first, count, since, lastAt } }: Sum): Access {
  return {
    ...first,
    at: lastAt,
    detail: { ...first.detail, count, since: since.toISOString() },
  }
}
