// CSV as a spreadsheet writes it becomes the document of an import, with the way back from a place in
// that document to row and column of the sheet.

import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import type { Fault } from '@renkei/schema'
import { CsvError, parse } from 'csv-parse'
import { channelColumns, channelsMax, knownColumns, readOnlyColumns } from './columns.ts'
import { unguardCell } from './guard.ts'
import { hoursForm, readHours } from './hours-text.ts'

/** A fault of a file, with its row as the spreadsheet counts (the header is 1) and its column. */
export interface RowFault extends Fault {
  readonly row: number
  readonly field: string
}

export interface ReadCsv {
  readonly document: { readonly contacts: readonly object[] }
  /** What is wrong with cells that do not come into the document. */
  readonly faults: readonly RowFault[]
  /** The row of each contact of the document. */
  readonly rows: readonly CsvRow[]
}

export interface CsvRow {
  readonly row: number
  /** Which channel columns became which channel. */
  readonly channels: readonly number[]
}

/** More than 1000 contacts with all their columns need, and some thousand empty rows. */
const rowsMax = 5_000
const cellsMax = 250_000

/** The header with all columns has 700 bytes. */
const headerBytesMax = 16_384

/** Bytes of a file that are read without a pause, in some milliseconds. */
const turnBytes = 16_384

/** Columns of a header whose names are looked at: a sheet may have some that are not ours. */
const columnsMax = 100

/** Reads a file, with or without a byte order mark and with any ends of lines. */
export async function readCsv(bytes: Buffer): Promise<ReadCsv> {
  if (!isUtf8(bytes)) {
    const expected = 'UTF-8: save as "CSV UTF-8"'
    return unreadable(rowFault(1, '', 'csv.utf8', { says: 'is not UTF-8', expected }))
  }
  const head = bytes.subarray(0, headerBytesMax + 1).toString('latin1')
  if (head.length > headerBytesMax && !/[\r\n]/.test(head)) {
    const expected = `at most ${headerBytesMax} bytes`
    return unreadable(rowFault(1, '', 'csv.columns', { says: 'is too long', expected }))
  }
  if (countOf(',', bytes) > cellsMax) {
    const expected = `at most ${cellsMax} commas`
    return unreadable(rowFault(1, '', 'csv.cells', { says: 'begins too many cells', expected }))
  }
  let records: string[][]
  try {
    records = await recordsOf(bytes)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const row = Number(error['records'] ?? 0) + 1
    const expected = 'CSV (RFC 4180): quotes around a cell that has quotes, and those doubled'
    return unreadable(rowFault(row, '', 'csv.syntax', { says: 'cannot be read', expected }))
  }
  if (records.length > rowsMax) {
    const expected = `at most ${rowsMax} rows, the empty ones included`
    return unreadable(rowFault(rowsMax + 1, '', 'csv.rows', { says: 'is one too many', expected }))
  }
  const [header = [], ...body] = records
  const columns = header.map((name) => name.trim())
  const headerFaults = faultsOfHeader(columns)
  if (headerFaults.length > 0) return { document: { contacts: [] }, faults: headerFaults, rows: [] }
  return readRows(columns, body)
}

// A large file takes half a second: in turns, so that nobody waits for it.
async function recordsOf(bytes: Buffer): Promise<string[][]> {
  const records: string[][] = []
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: false })
  parser.on('data', (record: string[]) => records.push(record))
  await pipeline(Readable.from(inTurns(bytes, () => records.length > rowsMax)), parser)
  return records
}

async function* inTurns(bytes: Buffer, isEnough: () => boolean): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length && !isEnough(); at += turnBytes) {
    yield bytes.subarray(at, at + turnBytes)
    await setImmediate()
  }
}

function readRows(columns: readonly string[], body: readonly string[][]): ReadCsv {
  const contacts: object[] = []
  const faults: RowFault[] = []
  const rows: CsvRow[] = []
  body.forEach((record, index) => {
    const row = index + 2
    // A spreadsheet leaves empty rows at the end.
    if (record.every((cell) => cell === '')) return
    if (record.length > columns.length) {
      const expected = `${columns.length} cells, as the header has`
      faults.push(
        rowFault(row, '', 'csv.columns', { says: 'has more cells than columns', expected }),
      )
    }
    const cells = new Map(columns.map((name, at) => [name, unguardCell(record[at] ?? '')]))
    const { entry, channels } = entryOf(cells, (field, rule, words) =>
      faults.push(rowFault(row, field, rule, words)),
    )
    contacts.push(entry)
    rows.push({ row, channels })
  })
  return { document: { contacts }, faults, rows }
}

interface Words {
  readonly says: string
  readonly expected: string
}

function entryOf(
  cells: ReadonlyMap<string, string>,
  tell: (field: string, rule: string, words: Words) => void,
): { entry: object; channels: number[] } {
  const entry: Record<string, unknown> = {}
  for (const name of ['contactId', 'organisation', 'role', 'name', 'remark', 'tlp']) {
    const cell = cells.get(name)
    if (cell) entry[name] = cell
  }
  const order = cells.get('order')?.trim()
  if (order) entry['order'] = /^\d{1,9}$/.test(order) ? Number(order) : order
  const languages = cells.get('languages')?.trim()
  if (languages) entry['languages'] = languages.split(/[\s,]+/)
  const hours = cells.get('hours')
  if (hours) {
    const read = readHours(hours)
    if (read) entry['hours'] = read
    else tell('hours', 'csv.hours', { says: 'does not have the right form', expected: hoursForm })
  }
  const [from, until] = [cells.get('validFrom'), cells.get('validUntil')]
  if (from || until) entry['validity'] = { ...(from && { from }), ...(until && { until }) }
  const channels = channelsOf(cells)
  if (channels.length > 0) entry['channels'] = channels.map(({ channel }) => channel)
  return { entry, channels: channels.map(({ number }) => number) }
}

function channelsOf(cells: ReadonlyMap<string, string>) {
  return Array.from({ length: channelsMax }, (_, index) => index + 1).flatMap((number) => {
    const filled = Object.entries(channelColumns(number)).flatMap(([member, column]) => {
      const cell = cells.get(column)
      return cell ? [[member, cell] as const] : []
    })
    return filled.length > 0 ? [{ number, channel: Object.fromEntries(filled) }] : []
  })
}

function faultsOfHeader(columns: readonly string[]): RowFault[] {
  if (columns.length > columnsMax) {
    const words = { says: 'has too many columns', expected: `at most ${columnsMax}` }
    return [rowFault(1, '', 'csv.columns', words)]
  }
  const known = [...knownColumns].filter((name) => !readOnlyColumns.has(name)).join(', ')
  return columns.flatMap((name, at) => {
    if (name !== '' && !knownColumns.has(name)) {
      const words = { says: 'is no column of the register', expected: `one of ${known}` }
      return [rowFault(1, name.slice(0, 64), 'csv.column', words)]
    }
    if (columns.indexOf(name) === at) return []
    const words = { says: 'is the name of two columns', expected: 'each column once' }
    return [rowFault(1, name, 'csv.column', words)]
  })
}

function countOf(character: string, bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(character); at >= 0; at = bytes.indexOf(character, at + 1)) count += 1
  return count
}

function unreadable(fault: RowFault): ReadCsv {
  return { document: { contacts: [] }, faults: [fault], rows: [] }
}

/** A fault at a cell, or at a whole row when no column is named. */
function rowFault(row: number, field: string, rule: string, words: Words): RowFault {
  const place = field === '' ? `Row ${row}` : `Row ${row}, ${field}`
  const pointer = field === '' ? `/rows/${row}` : `/rows/${row}/${field}`
  return { pointer, rule, detail: `${place} ${words.says}.`, expected: words.expected, row, field }
}
