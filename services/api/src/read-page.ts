// A page of what a caller may see. It is read on until it is full: neither where a page ends nor how
// many pages there are tells of what is hidden.

import type { ReportView } from '@renkei/schema'
import { withinAnswer } from './limits/answer-size.ts'

export interface PageSource<Row, Item> {
  /** Reads on after a row, or from the beginning; fewer than asked for are the last. */
  readonly read: (last: Row | undefined, limit: number) => Promise<readonly Row[]>
  /** What is shown of rows, in their order. */
  readonly see: (rows: readonly Row[]) => Promise<readonly Item[]>
}

// What the database gives at once may hold much that cannot be shown.
const rowsMin = 100

/** Reads a page; `last` is the item to go on after, when more can be seen. */
export async function readPage<Row, Item extends { readonly view: ReportView }>(
  limit: number,
  { read, see }: PageSource<Row, Item>,
): Promise<{ page: readonly Item[]; last?: Item }> {
  const items: Item[] = []
  const rowsMax = Math.max(limit + 1, rowsMin)
  let row: Row | undefined
  for (let ended = false; !ended && items.length <= limit;) {
    const rows = await read(row, rowsMax)
    items.push(...(await see(rows)))
    row = rows.at(-1)
    ended = rows.length < rowsMax
  }
  const page = withinAnswer(items.slice(0, limit), ({ view }) => view)
  const last = page.at(-1)
  // The next page begins after the last that was shown: no cursor names a hidden one.
  return { page, ...(last && items.length > page.length && { last }) }
}
