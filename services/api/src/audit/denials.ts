// Refused attempts, on record with a bound: within a minute one address or key gets so many rows of
// its own, repeats and everything beyond are counted into one row. A flood of attempts cannot fill
// the table, and nobody who tries is left out of it.

import type { Access } from '@renkei/db'

export interface Denial extends Access {
  /** Who is counted as one: a key that was proved, or else a source address. */
  readonly group: string
}

export interface DenialDeps {
  readonly record: (accesses: readonly Access[]) => Promise<void>
  /** Rows of one group within a window, and of all. */
  readonly rowsMax: number
  readonly rowsMaxOfAll: number
  readonly groupsMax: number
}

export interface DenialLog {
  /** Resolves when the attempt is on record or counted; rejects when neither is possible now. */
  denied(denial: Denial): Promise<void>
  /** Writes what was counted and begins a new window; what cannot be written stays counted. */
  endWindow(): Promise<void>
}

interface Counted {
  readonly first: Access
  count: number
  lastAt: Date
}

/** Makes the log of a process. */
export function makeDenialLog(deps: DenialDeps): DenialLog {
  let groups = new Map<string, Group>()
  let rowsOfAll = 0
  const groupOf = (asked: string): Group => {
    const name = groups.has(asked) || groups.size < deps.groupsMax ? asked : others
    const group = groups.get(name) ?? { name, rows: 0, counted: new Map<string, Counted>() }
    groups.set(name, group)
    return group
  }
  return {
    async denied({ group: asked, ...access }) {
      const group = groupOf(asked)
      const kind = kindOf(access)
      const known = group.counted.get(kind)
      if (known) return count(known, access.at)
      // Those for whom there is no group are counted together: no row speaks for one of them.
      const rowsMax = group.name === others ? 0 : deps.rowsMax
      if (group.rows >= rowsMax || rowsOfAll >= deps.rowsMaxOfAll) {
        const rest = group.counted.get(others) ?? counting(mixed(access, group), 0)
        group.counted.set(others, rest)
        return count(rest, access.at)
      }
      group.rows += 1
      rowsOfAll += 1
      const first = counting(access, 0)
      group.counted.set(kind, first)
      try {
        await deps.record([access])
      } catch (error) {
        first.count += 1
        throw error
      }
    },
    async endWindow() {
      const ended = groups
      groups = new Map()
      rowsOfAll = 0
      try {
        await deps.record([...ended.values()].flatMap(toSums))
      } catch (error) {
        for (const group of ended.values()) addTo(groupOf(group.name), group)
        throw error
      }
    },
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

function counting(first: Access, times: number): Counted {
  return { first, count: times, lastAt: first.at }
}

function count(counted: Counted, at: Date): void {
  counted.count += 1
  counted.lastAt = at
}

// Stands for attempts of several kinds: it says only who and from where, or not even that.
function mixed(access: Access, { name }: Group): Access {
  const nobody = name === others && { organisationId: null, keyId: null, address: null }
  const detail = { attempted: 'several' }
  return { ...access, ...nobody, objectType: 'any', objectIds: [], detail }
}

function toSums({ counted }: Group): Access[] {
  return [...counted.values()]
    .filter(({ count: times }) => times > 0)
    .map(({ first, count: times, lastAt }) => ({
      ...first,
      at: lastAt,
      detail: { ...first.detail, count: times, since: first.at.toISOString() },
    }))
}

function addTo(group: Group, ended: Group): void {
  for (const [kind, counted] of ended.counted) {
    const known = group.counted.get(kind)
    if (known) known.count += counted.count
    else group.counted.set(kind, counted)
  }
}
