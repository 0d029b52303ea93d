// The computed difference between two revisions (変更点). Members of lists are matched by what they
// are about, not by their place, so that an impact put first does not look like a change of all.

export interface Change {
  readonly pointer: string
  readonly change: 'added' | 'removed' | 'changed'
  readonly from?: unknown
  readonly to?: unknown
}

/** Lists what changed, in the order of the newer revision; pointers of removed parts are of the older. */
export function difference(older: unknown, newer: unknown): Change[] {
  return compare(older, newer, { older: '', newer: '' })
}

/** Where two values that are compared stand, each in its revision: entries of lists may have moved. */
interface Places {
  readonly older: string
  readonly newer: string
}

function compare(from: unknown, to: unknown, at: Places): Change[] {
  if (Array.isArray(from) && Array.isArray(to)) return compareLists(from, to, at)
  if (isObject(from) && isObject(to)) return compareObjects(from, to, at)
  return Object.is(from, to) ? [] : [{ pointer: at.newer, change: 'changed', from, to }]
}

function compareObjects(from: JsonObject, to: JsonObject, at: Places): Change[] {
  const present = Object.entries(to).flatMap(([key, value]) => {
    const step = `/${escapeToken(key)}`
    if (!Object.hasOwn(from, key)) return [added(at.newer + step, value)]
    return compare(from[key], value, { older: at.older + step, newer: at.newer + step })
  })
  const gone = Object.entries(from)
    .filter(([key]) => !Object.hasOwn(to, key))
    .map(([key, value]) => removed(`${at.older}/${escapeToken(key)}`, value))
  return [...present, ...gone]
}

function compareLists(from: readonly unknown[], to: readonly unknown[], at: Places): Change[] {
  const older = keyed(from)
  const newer = keyed(to)
  const present = [...newer].flatMap(([key, { index, value }]) => {
    const before = older.get(key)
    const place = `${at.newer}/${index}`
    if (!before) return [added(place, value)]
    return compare(before.value, value, { older: `${at.older}/${before.index}`, newer: place })
  })
  const gone = [...older]
    .filter(([key]) => !newer.has(key))
    .map(([, { index, value }]) => removed(`${at.older}/${index}`, value))
  return [...present, ...gone]
}

const identifying = [
  'service',
  'subtype',
  'effect',
  'type',
  'code',
  'owner',
  'id',
  'role',
  'language',
  'kind',
  'trafficType',
  'direction',
  'organisation',
  'reportId',
  'relation',
  'pointer',
  'at',
  'poi',
]

// Members alike in what identifies them are told apart by their order among themselves.
function keyed(list: readonly unknown[]): Map<string, { index: number; value: unknown }> {
  const keys = new Map<string, { index: number; value: unknown }>()
  for (const [index, value] of list.entries()) {
    const about = isObject(value) ? identifying.map((name) => value[name] ?? null) : value
    let key = JSON.stringify(about)
    for (let copy = 2; keys.has(key); copy += 1) key = `${JSON.stringify(about)}#${copy}`
    keys.set(key, { index, value })
  }
  return keys
}

type JsonObject = Record<string, unknown>

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function added(pointer: string, to: unknown): Change {
  return { pointer, change: 'added', to }
}

function removed(pointer: string, from: unknown): Change {
  return { pointer, change: 'removed', from }
}

function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}
