// The register as CSV, there and back.

import { existsSync, readFileSync } from 'node:fs'
import { parseContactImport, type RegisteredContact } from '@renkei/schema'
import { describe, expect, test } from 'vitest'
import { readCsv } from './read-csv.ts'
import { writeCsv } from './write-csv.ts'

const contact: RegisteredContact = {
  contactId: '01985a80-1c00-7d11-8a22-3b33c44d55e6',
  revision: 3,
  organisation: 'example-mobile',
  order: 2,
  role: 'nocDuty',
  name: 'NOC当直',
  channels: [
    { type: 'phone', value: '+81-3-0000-0000', note: '内線 "12", 代表' },
    { type: 'email', value: 'noc@example.jp' },
  ],
  hours: {
    kind: 'weekly',
    windows: [{ days: ['mon', 'tue'], from: '09:00', until: '18:00' }],
    onHolidays: true,
  },
  languages: ['ja', 'en'],
  remark: '=HYPERLINK("https://example.com")',
  tlp: 'TLP:AMBER',
  validity: { until: '2027-04-01T00:00:00+09:00' },
  confirmedAt: '2026-07-01T10:00:00.000Z',
  confirmedBy: 'import',
  confirmation: { state: 'due', ageDays: 91, dueAt: '2026-09-29T19:00:00+09:00' },
}

// What Renkei gives besides identifier, organisation and order does not come back.
const given = ['revision', 'confirmedAt', 'confirmedBy', 'confirmation'] as const
const carried = (one: RegisteredContact) =>
  Object.fromEntries(Object.entries(one).filter(([key]) => !given.includes(key as never)))

const bytes = (text: string) => Buffer.from(text, 'utf8')
const places = async (text: string | Buffer) => {
  const { faults } = await readCsv(typeof text === 'string' ? bytes(text) : text)
  return faults.map(({ row, field, rule }) => `${row} ${field} ${rule}`)
}

describe('a file', () => {
  test('is UTF-8 with a byte order mark and CRLF, its first line the names of the columns', () => {
    const text = writeCsv([contact])
    expect(text.startsWith('\ufeffcontactId,organisation,order,role,name,channel1.type,')).toBe(
      true,
    )
    expect(text.split('\r\n')).toHaveLength(3)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  test('comes back as it was', async () => {
    const { document, faults, rows } = await readCsv(
      bytes(writeCsv([contact, { ...contact, order: 3 }])),
    )
    expect(faults).toEqual([])
    expect(document.contacts).toEqual([carried(contact), { ...carried(contact), order: 3 }])
    expect(rows.map(({ row }) => row)).toEqual([2, 3])
    expect(parseContactImport(document).ok).toBe(true)
  })

  test('of no contact has its header', async () => {
    expect(await readCsv(bytes(writeCsv([])))).toMatchObject({
      document: { contacts: [] },
      faults: [],
    })
  })

  test.each(['\n', '\r\n', '\r'])(
    'is read with lines that end in %j, with or without a mark',
    async (end) => {
      const text = [
        'role,name,channel1.type,channel1.value',
        'nocDuty,NOC,email,noc@example.jp',
      ].join(end)
      const contacts = [
        { role: 'nocDuty', name: 'NOC', channels: [{ type: 'email', value: 'noc@example.jp' }] },
      ]
      expect((await readCsv(bytes(text))).document).toEqual({ contacts })
      expect((await readCsv(bytes(`\ufeff${text}${end}${end},,,${end}`))).document).toEqual({
        contacts,
      })
    },
  )

  test('has no cell that a spreadsheet computes', () => {
    const hostile = { ...contact, name: '=cmd()', remark: '@SUM(A1)' }
    const cells = writeCsv([hostile]).split('\r\n')[1]!.split(',')
    expect(cells.filter((cell) => /^"?[=+\-@]/.test(cell))).toEqual([])
  })
})

describe('a file that is not right is refused by row and column', () => {
  const head = 'role,name,channel1.type,channel1.value,hours'
  test.each([
    ['', []],
    ['role,colour', ['1 colour csv.column']],
    ['role,role', ['1 role csv.column']],
    [`${head}\nnocDuty,NOC,email,noc@example.jp,daily`, ['2 hours csv.hours']],
    [`${head}\nnocDuty,NOC,email,noc@example.jp,24/7,more`, ['2  csv.columns']],
    [`${head}\n\nnocDuty,NOC,email,noc@example.jp,x`, ['3 hours csv.hours']],
    [`${head}\nnocDuty,"NOC`, ['2  csv.syntax']],
    [`${head}\nnocDuty,NOC,email,noc@example.jp,24/7\nnocDuty,N"O"C`, ['3  csv.syntax']],
  ])('%j', async (text, faults) => {
    expect(await places(text)).toEqual(faults)
  })

  test.each([
    ['a header without end', 'x'.repeat(20_000), '1  csv.columns'],
    ['a hundred columns and one', ','.repeat(100), '1  csv.columns'],
    ['more commas than any file needs', `role\n${','.repeat(250_001)}`, '1  csv.cells'],
    ['more rows than any file needs', `role${'\n'.repeat(5_001)}`, '5001  csv.rows'],
  ])('%s, for that alone', async (_, text, fault) => {
    expect(await places(text)).toEqual([fault])
  })

  test('and so large a one lets others have their turn', async () => {
    let turns = 0
    const counting = setInterval(() => (turns += 1))
    try {
      await places(`${head}\n${'nocDuty,NOC,email,noc@example.jp,24/7\n'.repeat(4_000)}`)
    } finally {
      clearInterval(counting)
    }
    expect(turns).toBeGreaterThan(2)
  })

  test('in Shift_JIS', async () => {
    expect(await places(Buffer.from([0x72, 0x93, 0x96, 0x92, 0xbc]))).toEqual(['1  csv.utf8'])
  })
})

// The Big List of Naughty Strings (Max Woolf, MIT licence), when it lies beside the repository.
const listUrl = new URL('../../../../../../shared/data/hostile/blns/blns.json', import.meta.url)

describe('the naughty strings', () => {
  test('come back as they were, wherever the contract takes them', async ({ skip }) => {
    skip(!existsSync(listUrl), 'the Big List of Naughty Strings does not lie beside the repository')
    const strings = JSON.parse(readFileSync(listUrl, 'utf8')) as string[]
    const contacts = strings
      .flatMap((text) => [text, `'${text}`, `=${text}`, `"${text}",`])
      .map((text) => ({
        ...contact,
        name: text,
        remark: text,
        channels: [{ type: 'phone', value: '+81-3-0000-0000', note: text } as const],
      }))
      .filter((one) => parseContactImport({ contacts: [carried(one)] }).ok)
    expect(contacts.length).toBeGreaterThan(strings.length)
    const { document, faults } = await readCsv(bytes(writeCsv(contacts)))
    expect(faults).toEqual([])
    expect(document.contacts).toEqual(contacts.map(carried))
  })
})
