import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Hearing } from '../filter/hear.ts'
import type { Tlp } from '../generated/report.gen.ts'
import { pushed, type Sight } from '../projection/sight.ts'
import { fieldSets } from '../sharing/share.ts'
import { eventWriter, toRecordedReport } from './event-writer.ts'

const url = new URL('../../vectors/valid/all-fields.json', import.meta.url)
const content = JSON.parse(readFileSync(url, 'utf8'))
const reportId = '01985a7c-1111-7d31-9f40-1a2b3c4d5e6f'
const level = {
  scheme: 'jp.renkei.level',
  version: '2015.1.0',
  value: 2,
  ruleIds: ['x'],
  reasons: [],
}

const stored = (members: object = {}) => ({
  seq: 42,
  eventId: '01985a7c-8b20-7d31-9f40-1a2b3c4d5e6f',
  type: 'jp.renkei.report.created.v1',
  organisationId: 'example-mobile',
  subject: reportId,
  reportId,
  revision: 1,
  level: 2,
  tlp: 'TLP:GREEN',
  messageStatus: 'actual',
  traceparent: null,
  recordedAt: new Date('2026-07-30T00:25:01.123Z'),
  content: { ...content, tlp: 'TLP:GREEN' },
  assessment: { level },
  ...members,
})

const heard = (sight: Sight): Hearing => ({ as: 'report', sight })
const own = heard({ audience: 'owner', tlpMax: 'TLP:RED' })
const peer = () => heard({ audience: 'peer', tlpMax: 'TLP:GREEN' })
const read = (event: ReturnType<typeof stored>, hearing: Hearing) =>
  JSON.parse(eventWriter(event, hearing)!(0))

test('what Renkei gives stands in front of what the carrier sent, which stays whole', () => {
  const {
    reportId: id,
    revision,
    recordedAt,
    level: assessed,
    ...sent
  } = toRecordedReport(stored())
  expect({ id, revision, recordedAt }).toEqual({
    id: reportId,
    revision: 1,
    recordedAt: '2026-07-30T00:25:01.123Z',
  })
  expect(assessed).toEqual(level)
  expect(sent).toEqual(stored().content)
})

test('the owner of a report gets all of it, a peer what the list allows', () => {
  const event = stored()
  expect(read(event, own).data.sensitive).toEqual(content.sensitive)
  expect(read(event, peer()).data).not.toHaveProperty('sensitive')
})

test('what is pushed to the owner lacks what is TLP:RED', () => {
  const { data } = read(stored(), heard(pushed({ audience: 'owner', tlpMax: 'TLP:RED' })))
  expect(data).not.toHaveProperty('sensitive')
  expect(data.contacts[0]).toHaveProperty('name')
  expect(data.contacts[0]).not.toHaveProperty('phone')
})

test('who may not know of an event gets no writer', () => {
  const red = stored({ content: { ...content, tlp: 'TLP:RED' }, tlp: 'TLP:RED' })
  expect(eventWriter(red, peer())).toBeUndefined()
  expect(eventWriter(red, peer())).toBeUndefined()
  expect(eventWriter(red, own)).toBeDefined()
})

describe('the bytes', () => {
  const share = (tlpMax: Tlp, sets = fieldSets.slice(0, 1)) =>
    heard({
      audience: 'peer',
      tlpMax: 'TLP:GREEN',
      share: { agreementId: 'a', tlpMax, fieldSets: sets },
    })
  const ways: readonly Hearing[] = [
    peer(),
    heard({ audience: 'peer', tlpMax: 'TLP:CLEAR' }),
    heard({ audience: 'mvno', tlpMax: 'TLP:GREEN' }),
    own,
    share('TLP:CLEAR', []),
    share('TLP:AMBER'),
    share('TLP:AMBER+STRICT'),
    share('TLP:AMBER', fieldSets.slice(0, 2)),
    share('TLP:AMBER', fieldSets.slice(1, 2)),
    { as: 'signIn' },
    { as: 'narrowed' },
  ]

  test('are shared by receivers who see it in one way, and by no others', () => {
    const event = stored({ content: { ...content, tlp: 'TLP:CLEAR' }, tlp: 'TLP:CLEAR' })
    const writers = ways.map((hearing) => eventWriter(event, hearing))
    expect(new Set(writers).size).toBe(ways.length)
    for (const [at, hearing] of ways.entries()) {
      expect(eventWriter(event, structuredClone(hearing))).toBe(writers[at])
    }
    expect(eventWriter(stored(), peer())).not.toBe(eventWriter(stored(), peer()))
  })

  test('are those of the label that holds now, also when it changes while the event is in use', () => {
    const event = stored()
    expect(read(event, peer()).tlp).toBe('TLP:GREEN')
    event.tlp = 'TLP:RED'
    expect(eventWriter(event, peer())).toBeUndefined()
  })
})

test('each receiver is told of its own event before, whoever was written to last', () => {
  const write = eventWriter(stored(), peer())!
  const previous = (text: string) => JSON.parse(text).previouscursor
  const asked = [41, 41, 0, 41, 7]
  expect(asked.map((seq) => previous(write(seq)))).toEqual(
    asked.map((seq) => String(seq).padStart(16, '0')),
  )
})

describe('a hearing', () => {
  test('of a report to be read signed in, or no longer shared, holds nothing of the report', () => {
    const event = stored()
    expect(read(event, { as: 'signIn' }).data).toEqual({
      reportId,
      revision: 1,
      reason: 'readSignedIn',
      href: `/v1/reports/${reportId}`,
    })
    expect(read(event, { as: 'narrowed' }).data).toEqual({ reportId, reason: 'noLongerShared' })
  })

  test('of a notice is for who is addressed, and a notice is nothing else', () => {
    const { reportId: _, ...rest } = stored({ revision: null, content: { agreementId: 'a' } })
    const notice = { ...rest, reportId: null, revision: null }
    expect(JSON.parse(eventWriter(notice, { as: 'addressee' })!(0)).data).toEqual({
      agreementId: 'a',
    })
    const others: Hearing[] = [{ as: 'signIn' }, { as: 'narrowed' }, own, peer()]
    for (const hearing of others) {
      expect(eventWriter({ ...notice }, hearing)).toBeUndefined()
    }
    expect(eventWriter(stored(), { as: 'addressee' })).toBeUndefined()
  })
})
