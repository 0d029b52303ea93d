import { describe, expect, test } from 'vitest'
import { nextToTell, type Reachable, whomToCall } from './whom-to-tell.ts'

const noon = new Date('2026-11-24T12:00:00+09:00')
const night = new Date('2026-11-24T03:00:00+09:00')
const office: Reachable['hours'] = {
  kind: 'weekly',
  windows: [{ days: ['tue'], from: '09:00', until: '18:00' }],
}
const always: Reachable['hours'] = { kind: 'always' }
const phone: Reachable['channels'] = [{ type: 'phone', value: '+81-3-0000-0000' }]
const mail: Reachable['channels'] = [{ type: 'email', value: 'noc@example.jp' }]

function contact(contactId: string, rest: Partial<Reachable> = {}): Reachable {
  return { contactId, hours: office, channels: phone, ...rest }
}

const idOf = (found: Reachable | undefined) => found?.contactId

describe('the next to tell', () => {
  test('is the first in the order that answers and has not been told', () => {
    const contacts = [contact('a'), contact('b'), contact('c')]
    expect(idOf(nextToTell(contacts, [], noon))).toBe('a')
    expect(idOf(nextToTell(contacts, ['a'], noon))).toBe('b')
    expect(nextToTell(contacts, ['a', 'b', 'c'], noon)).toBeUndefined()
  })

  test('is one that answers before one that comes earlier and does not', () => {
    const contacts = [contact('a'), contact('desk', { hours: always })]
    expect(idOf(nextToTell(contacts, [], night))).toBe('desk')
    expect(idOf(nextToTell(contacts, ['desk'], night))).toBe('a')
  })

  test('is the first in the order when none of them answers', () => {
    expect(idOf(nextToTell([contact('a'), contact('b')], [], night))).toBe('a')
  })

  test('is none that is not valid any more or yet', () => {
    const over = contact('over', { validity: { until: '2026-11-24T12:00:00+09:00' } })
    const later = contact('later', { validity: { from: '2026-11-24T12:00:00.001+09:00' } })
    expect(nextToTell([over, later], [], noon)).toBeUndefined()
  })
})

test('one calls whoever has a telephone, and who answers now first', () => {
  const contacts = [
    contact('mail', { channels: mail, hours: always }),
    contact('fax', { channels: [{ type: 'fax', value: '03-0000-0000' }], hours: always }),
    contact('office'),
    contact('desk', { hours: always }),
  ]
  expect(idOf(whomToCall(contacts, night))).toBe('desk')
  expect(idOf(whomToCall(contacts, noon))).toBe('office')
  expect(idOf(whomToCall(contacts.slice(0, 3), night))).toBe('office')
  expect(whomToCall(contacts.slice(0, 2), noon)).toBeUndefined()
})
