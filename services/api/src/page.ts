// A page of a list: one row more than asked for is read, to know whether there is a next page.

export interface Page<T> {
  readonly items: T[]
  /** Names the last item, when there are more. */
  readonly next?: string
}

/** Makes a page out of up to `limit` + 1 rows. */
export function pageOf<T>(rows: readonly T[], limit: number, idOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, ...(last !== undefined && rows.length > limit && { next: idOf(last) }) }
}
