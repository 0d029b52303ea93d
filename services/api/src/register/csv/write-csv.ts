// Contacts as CSV for a spreadsheet: UTF-8 with a byte order mark, lines that end in CRLF, a header,
// and no cell that would be computed.

import type { RegisteredContact } from '@renkei/schema'
import { stringify } from 'csv-stringify/sync'
import { channelColumns, leading, trailing } from './columns.ts'
import { guardCell } from './guard.ts'

/** Writes contacts in the order in which they are given. */
export function writeCsv(contacts: readonly RegisteredContact[]): string {
  const channels = Math.max(1, ...contacts.map((contact) => contact.channels.length))
  const numbers = Array.from({ length: channels }, (_, index) => index)
  const header = [
    ...Object.keys(leading),
    ...numbers.flatMap((index) => Object.values(channelColumns(index + 1))),
    ...Object.keys(trailing),
  ]
  const rows = contacts.map((contact) => [
    ...Object.values(leading).map((cell) => cell(contact)),
    ...numbers.flatMap((index) => {
      const channel = contact.channels[index]
      return [channel?.type, channel?.value, channel?.note]
    }),
    ...Object.values(trailing).map((cell) => cell(contact)),
  ])
  const cells = rows.map((row) => row.map((cell = '') => guardCell(cell)))
  return stringify([header, ...cells], { bom: true, record_delimiter: '\r\n' })
}
