import type { StoredContact } from '@renkei/db'
import type { ContactEntry } from '@renkei/schema'
import { describe, expect, test } from 'vitest'
import { contentOf } from './content.ts'
import { changesNothing, planImport } from './plan-import.ts'

const entry = (name: string, members: Partial<ContactEntry> = {}): ContactEntry => ({
  role: 'nocDuty',
  name,
  channels: [{ type: 'email', value: 'noc@example.jp' }],
  ...members,
})

const id = (number: number) => `01985a80-1c00-7d11-8a22-00000000000${number}`

const stored = (number: number, name: string): StoredContact => ({
  contactId: id(number),
  organisationId: 'example-mobile',
  revision: 1,
  order: number,
  ...contentOf(entry(name)),
  confirmedAt: new Date('2026-07-01T00:00:00Z'),
  confirmedBy: 'import',
})

const contacts = [stored(1, 'first'), stored(2, 'second'), stored(3, 'third')]
const plan = (...entries: ContactEntry[]) =>
  planImport(entries, { contacts, unreadable: [] }, { organisationId: 'example-mobile' })

describe('a plan', () => {
  test('finds what is added, changed, removed and as it was', () => {
    const found = plan(entry('first'), entry('second', { remark: 'new' }), entry('fourth'))
    expect(found.faults).toEqual([])
    expect(found.added).toMatchObject([{ index: 2, order: 3, content: { name: 'fourth' } }])
    expect(found.changed).toMatchObject([{ index: 1, before: contacts[1], parts: ['remark'] }])
    expect(found.removed).toEqual([contacts[2]])
    expect(found.unchanged).toBe(1)
    expect(changesNothing(found)).toBe(false)
  })

  test('of the same contacts changes nothing, whether or not it names what is the default', () => {
    const hours = { kind: 'always' } as const
    const found = plan(
      entry('first', { hours, languages: ['ja'], tlp: 'TLP:GREEN' }),
      entry('second', { contactId: id(2) }),
      entry('third', { organisation: 'example-mobile' }),
    )
    expect(found).toMatchObject({ faults: [], unchanged: 3 })
    expect(changesNothing(found)).toBe(true)
  })

  test('takes an identifier before role and name: a contact may be renamed', () => {
    const found = plan(entry('first'), entry('renamed', { contactId: id(2) }), entry('third'))
    expect(found.changed).toMatchObject([{ before: contacts[1], parts: ['name'] }])
    expect([found.added, found.removed]).toEqual([[], []])
  })

  test('gives a name that became free to a new contact', () => {
    const found = plan(
      entry('second', { contactId: id(1) }),
      entry('third', { contactId: id(3) }),
      entry('first'),
    )
    expect(found.faults).toEqual([])
    expect(found.added).toMatchObject([{ content: { name: 'first' } }])
    expect(found.removed).toEqual([contacts[1]])
  })

  test('finds a move by the order of the file, or by the orders that it gives', () => {
    const moved = plan(entry('second'), entry('first'), entry('third'))
    expect(moved.changed.map(({ order, parts }) => [order, parts])).toEqual([
      [1, ['order']],
      [2, ['order']],
    ])
    const told = plan(
      entry('third', { order: 3 }),
      entry('first', { order: 1 }),
      entry('second', { order: 2 }),
    )
    expect(changesNothing(told)).toBe(true)
  })
})

describe('a plan finds fault with', () => {
  const faults = (...entries: ContactEntry[]) =>
    plan(...entries).faults.map(({ pointer, rule }) => `${pointer} ${rule}`)
  test.each([
    [
      'entries of another organisation',
      [entry('a', { organisation: 'other' })],
      ['/contacts/0/organisation import.organisation'],
    ],
    [
      'an identifier that is not its own',
      [entry('a', { contactId: id(9) })],
      ['/contacts/0/contactId import.contactId'],
    ],
    [
      'an identifier that stands there twice',
      [entry('a', { contactId: id(1) }), entry('b', { contactId: id(1) })],
      ['/contacts/1/contactId contact.duplicate'],
    ],
    [
      'a role and name that stand there twice, in whatever width',
      [entry('ＮＯＣ'), entry('NOC')],
      ['/contacts/1/name contact.duplicate'],
    ],
    [
      'an order that stands there twice',
      [entry('a', { order: 1 }), entry('b', { order: 1 })],
      ['/contacts/1/order order.taken'],
    ],
    [
      'an order that is left out once',
      [entry('a', { order: 1 }), entry('b')],
      ['/contacts/1/order import.order'],
    ],
  ])('%s', (_, entries, expected) => {
    expect(faults(...entries)).toEqual(expected)
  })
})
