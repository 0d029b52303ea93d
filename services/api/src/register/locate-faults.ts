// From a place in the document of an import back to what its sender sees: row and field.

import type { Fault } from '@renkei/schema'
import { channelColumns } from './csv/columns.ts'
import type { CsvRow, RowFault } from './csv/read-csv.ts'

/** The faults of a JSON import, with the number of the entry (from 1) and the field in it. */
export function locateInJson(faults: readonly Fault[]): (Fault | RowFault)[] {
  return faults.map((fault) => {
    const [, index, rest] = place.exec(fault.pointer) ?? []
    if (index === undefined) return fault
    return { ...fault, row: Number(index) + 1, field: (rest ?? '').slice(1) }
  })
}

/** The faults of a CSV import, with the row and the column of the sheet. */
export function locateInCsv(
  faults: readonly Fault[],
  rows: readonly CsvRow[],
): (Fault | RowFault)[] {
  return faults.map((fault) => {
    const [, index, rest = ''] = place.exec(fault.pointer) ?? []
    const row = index === undefined ? undefined : rows[Number(index)]
    if (!row) return fault
    const field = columnOf(rest.slice(1), row)
    const where = field === '' ? `Row ${row.row}` : `Row ${row.row}, ${field}`
    return {
      ...fault,
      pointer: `/rows/${row.row}${field === '' ? '' : `/${field}`}`,
      detail: fault.detail.replace(fault.pointer, where),
      row: row.row,
      field,
    }
  })
}

const place = /^\/contacts\/(\d+)(\/.*)?$/

const validityColumns: Readonly<Record<string, string>> = { from: 'validFrom', until: 'validUntil' }

function columnOf(field: string, row: CsvRow): string {
  const [member = '', first = '', second] = field.split('/')
  if (member === 'validity') return validityColumns[first] ?? 'validFrom'
  if (member !== 'channels') return member
  const columns = channelColumns(row.channels[Number(first)] ?? 1)
  return second === 'type' || second === 'note' ? columns[second] : columns.value
}
