import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Viewer, ViewerKind } from '../projection/audience.ts'
import { eventWriter, toRecordedReport } from './event-writer.ts'

const url = new URL('../../vectors/valid/all-fields.json', import.meta.url)
const content = JSON.parse(readFileSync(url, 'utf8'))
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
  reportId: '01985a7c-1111-7d31-9f40-1a2b3c4d5e6f',
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

const viewer = (organisationId: string, organisationKind: ViewerKind): Viewer => ({
  organisationId,
  organisationKind,
})
const fixed = viewer('example-fixed', 'carrier')

test('what Renkei gives stands in front of what the carrier sent, which stays whole', () => {
  const { reportId, revision, recordedAt, level: assessed, ...sent } = toRecordedReport(stored())
  expect({ reportId, revision, recordedAt }).toEqual({
    reportId: '01985a7c-1111-7d31-9f40-1a2b3c4d5e6f',
    revision: 1,
    recordedAt: '2026-07-30T00:25:01.123Z',
  })
  expect(assessed).toEqual(level)
  expect(sent).toEqual(stored().content)
})

test('the owner of a report gets all of it, a peer what the list allows', () => {
  const event = stored()
  const own = JSON.parse(eventWriter(event, viewer('example-mobile', 'carrier'))!(0)).data
  expect(own.sensitive).toEqual(content.sensitive)
  expect(JSON.parse(eventWriter(event, fixed)!(0)).data).not.toHaveProperty('sensitive')
})

test('who may not know of an event gets no writer', () => {
  const red = stored({ content: { ...content, tlp: 'TLP:RED' }, tlp: 'TLP:RED' })
  expect(eventWriter(red, fixed)).toBeUndefined()
  expect(eventWriter(red, fixed)).toBeUndefined()
  expect(eventWriter(red, viewer('example-mobile', 'carrier'))).toBeDefined()
})

test('receivers of one audience share the bytes, those of another do not', () => {
  const event = stored()
  expect(eventWriter(event, fixed)).toBe(eventWriter(event, viewer('example-isp', 'carrier')))
  expect(eventWriter(event, fixed)).not.toBe(eventWriter(event, viewer('example-mvno', 'mvno')))
  expect(eventWriter(event, fixed)).not.toBe(eventWriter(stored(), fixed))
})

test('each receiver is told of its own event before, whoever was written to last', () => {
  const write = eventWriter(stored(), fixed)!
  const previous = (text: string) => JSON.parse(text).previouscursor
  const asked = [41, 41, 0, 41, 7]
  expect(asked.map((seq) => previous(write(seq)))).toEqual(
    asked.map((seq) => String(seq).padStart(16, '0')),
  )
})
