// What is told of a report that cannot be shown, and what concerns no report at all.

import { describe, expect, test } from 'vitest'
import { parseEvent } from '../report/parse-event.ts'
import { schemas } from '../report/schemas.ts'
import { type EventToSend, writeNarrowed, writeNotice, writeSignIn } from './envelope.ts'
import { dataSchemaOf, eventTypes } from './event-types.ts'
import { schemaBaseUrl } from './schema-base-url.ts'

const reportId = '01985a7c-1111-7d31-9f40-1a2b3c4d5e6f'

const event: EventToSend = {
  seq: 42,
  eventId: '01985a7c-8b20-7d31-9f40-1a2b3c4d5e6f',
  type: eventTypes.updated,
  organisationId: 'example-mobile',
  subject: reportId,
  revision: 3,
  level: 4,
  tlp: 'TLP:RED',
  messageStatus: 'exercise',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  recordedAt: new Date('2026-07-30T00:25:01.123Z'),
}

const common = {
  specversion: '1.0',
  id: event.eventId,
  source: '/organisations/example-mobile',
  subject: reportId,
  time: '2026-07-30T00:25:01.123Z',
  datacontenttype: 'application/json',
  feedcursor: '0000000000000042',
  previouscursor: '0000000000000041',
  traceparent: event.traceparent,
  messagestatus: 'exercise',
}
const notice = {
  ...common,
  type: 'jp.renkei.report.notice.v1',
  dataschema: `${schemaBaseUrl}event.schema.json#/$defs/reportNotice`,
}

test('who may read what is not pushed is told where, how urgent it is, and nothing else', () => {
  const told = JSON.parse(writeSignIn(event)(41))
  expect(told).toEqual({
    ...notice,
    revision: 3,
    level: 4,
    tlp: 'TLP:RED',
    data: { reportId, revision: 3, reason: 'readSignedIn', href: `/v1/reports/${reportId}` },
  })
  expect(parseEvent(told)).toMatchObject({ ok: true })
})

test('who sees a report no longer is told that and nothing else: no level, label or revision', () => {
  const told = JSON.parse(writeNarrowed(event)(41))
  expect(told).toEqual({ ...notice, data: { reportId, reason: 'noLongerShared' } })
  expect(parseEvent(told)).toMatchObject({ ok: true })
})

test('a notice has its data as they are, a level, no revision and no label', () => {
  const about = { ...event, type: eventTypes.agreementExpiring, subject: 'a', revision: null }
  const data = { agreementId: 'a', anything: [1, null] }
  expect(JSON.parse(writeNotice(about, data)(41))).toEqual({
    ...common,
    subject: 'a',
    type: 'jp.renkei.agreement.expiring.v1',
    dataschema: schemaBaseUrl + dataSchemaOf(about.type),
    level: 4,
    data,
  })
})

describe('the schema of the data', () => {
  test.each([
    [eventTypes.created, 'report-view.schema.json'],
    [eventTypes.withdrawn, 'report-view.schema.json'],
    [eventTypes.reportNotice, 'event.schema.json#/$defs/reportNotice'],
    [eventTypes.heartbeat, 'event.schema.json'],
  ])('of %s is %s', (type, schema) => {
    expect(dataSchemaOf(type)).toBe(schema)
  })

  test.each(Object.values(eventTypes))('of %s is part of the contract', (type) => {
    const [file = '', pointer = ''] = dataSchemaOf(type).split('#')
    const name = file.replace(/\.schema\.json$/, '') as keyof typeof schemas
    const part = pointer
      .split('/')
      .slice(1)
      .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], schemas[name])
    expect(part).toMatchObject({ title: expect.any(String) })
  })
})
