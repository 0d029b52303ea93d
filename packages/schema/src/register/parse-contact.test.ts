import { describe, expect, test } from 'vitest'
import { parseContactImport, parseContactOrder, parseContactRequest } from './parse-contact.ts'

const request = {
  order: 2,
  role: 'nocDuty',
  name: 'NOC当直',
  channels: [
    { type: 'phone', value: '+81-3-0000-0000', note: '内線 1234' },
    { type: 'email', value: 'noc@example.jp' },
  ],
  hours: {
    kind: 'weekly',
    windows: [{ days: ['mon', 'fri'], from: '18:00', until: '09:00' }],
    onHolidays: true,
  },
  languages: ['ja', 'en-GB'],
  remark: '夜間は代表番号から',
  tlp: 'TLP:AMBER',
  validity: { from: '2026-04-01T00:00:00+09:00', until: '2027-04-01T00:00:00+09:00' },
}
const id = '01985a80-1c00-7d11-8a22-3b33c44d55e6'

describe('a contact', () => {
  test('is accepted unchanged, whole or with only what is needed', () => {
    expect(parseContactRequest(request)).toEqual({ ok: true, request })
    const { role, name, channels } = request
    const bare = { role, name, channels }
    expect(parseContactRequest(bare)).toEqual({ ok: true, request: bare })
  })

  const channel = (type: string, value: string) => ({ ...request, channels: [{ type, value }] })
  test.each([
    ['no channel', { ...request, channels: [] }, '/channels tooFew'],
    ['a channel of another kind', channel('pager', '1'), '/channels/0/type enum'],
    ['a number nobody can dial', channel('phone', '12'), '/channels/0/value channel.phone'],
    ['an address as a number', channel('fax', 'a@b.jp'), '/channels/0/value channel.fax'],
    ['a number as an address', channel('email', '0300000000'), '/channels/0/value channel.email'],
    [
      'one channel twice',
      { ...request, channels: [request.channels[1], request.channels[1]] },
      '/channels/1/value duplicate',
    ],
    ['a role that is none', { ...request, role: 'boss' }, '/role enum'],
    ['an order of none', { ...request, order: 0 }, '/order range'],
    ['a line break in its name', { ...request, name: 'NOC\n当直' }, '/name pattern'],
    ['a control character in a note', channelNote('a\u0007'), '/channels/0/note pattern'],
    ['half a character in its remark', { ...request, remark: '\ud83d' }, '/remark text.unicode'],
    ['a language that is none', { ...request, languages: ['日本語'] }, '/languages/0 pattern'],
    [
      'weekly hours without windows',
      { ...request, hours: { kind: 'weekly' } },
      '/hours/windows required',
    ],
    [
      'windows although it always answers',
      { ...request, hours: { ...request.hours, kind: 'always', onHolidays: undefined } },
      '/hours/windows hours.always',
    ],
    [
      'a window without any time',
      hours({ days: ['mon'], from: '09:00', until: '09:00' }),
      '/hours/windows/0/until hours.empty',
    ],
    [
      'an hour that is none',
      hours({ days: ['mon'], from: '24:00', until: '09:00' }),
      '/hours/windows/0/from pattern',
    ],
    [
      'an end before the beginning',
      { ...request, validity: { from: request.validity.until, until: request.validity.from } },
      '/validity/until validity.order',
    ],
    [
      'what Renkei gives',
      { ...request, confirmedAt: '2026-07-01T10:00:00Z' },
      '/confirmedAt unknownMember',
    ],
    ['what is no object', 'NOC', ' type'],
  ])('with %s is refused by place', (_, value, fault) => {
    const parsed = parseContactRequest(JSON.parse(JSON.stringify(value)))
    expect(faultsOf(parsed)).toEqual([fault])
  })

  test('is told what would be right', () => {
    const parsed = parseContactRequest(channel('phone', '+81-03-0000-0000'))
    expect(!parsed.ok && parsed.faults[0]?.expected).toMatch(/\+81-3-0000-0000/)
  })
})

describe('an import', () => {
  const entry = { role: 'nocDuty', name: 'NOC当直', channels: request.channels }

  test('takes contacts as the export gives them, with what Renkei gives', () => {
    const contacts = [
      {
        ...request,
        contactId: id,
        revision: 3,
        organisation: 'example-mobile',
        confirmedAt: '2026-07-01T10:00:00+09:00',
        confirmedBy: 'import',
        confirmation: { state: 'due', ageDays: 91, dueAt: '2026-09-29T10:00:00+09:00' },
      },
      entry,
    ]
    expect(parseContactImport({ contacts })).toEqual({ ok: true, entries: contacts })
  })

  test('is told the faults of every entry at once, of shape and of meaning', () => {
    const contacts = [
      { ...entry, role: 'boss' },
      { ...entry, channels: [{ type: 'phone', value: '12' }] },
      entry,
      { name: 'x' },
    ]
    expect(faultsOf(parseContactImport({ contacts })).sort()).toEqual([
      '/contacts/0/role enum',
      '/contacts/1/channels/0/value channel.phone',
      '/contacts/3/channels required',
      '/contacts/3/role required',
    ])
  })

  test.each([undefined, null, [], {}, { contacts: 1 }, { contacts: [1] }])(
    '%j is refused',
    (value) => {
      expect(parseContactImport(value).ok).toBe(false)
    },
  )
})

test('an order is a list of identifiers, each once', () => {
  expect(parseContactOrder({ order: [id] })).toEqual({ ok: true, order: [id] })
  expect(faultsOf(parseContactOrder({ order: [id, id] }))).toEqual(['/order duplicate'])
  expect(faultsOf(parseContactOrder({ order: ['1'] }))).toEqual(['/order/0 pattern'])
  expect(faultsOf(parseContactOrder({}))).toEqual(['/order required'])
})

function channelNote(note: string) {
  return { ...request, channels: [{ ...request.channels[1], note }] }
}

function hours(window: object) {
  return { ...request, hours: { kind: 'weekly', windows: [window] } }
}

function faultsOf(
  parsed: { ok: true } | { ok: false; faults: { pointer: string; rule: string }[] },
) {
  return parsed.ok ? [] : parsed.faults.map(({ pointer, rule }) => `${pointer} ${rule}`)
}
