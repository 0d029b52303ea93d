// The envelope before three judges: the official CloudEvents schema (where it lies beside the
// repository), the CloudEvents library of npm, and our own schema.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { type CloudEvent, HTTP } from 'cloudevents'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Tlp } from '../generated/report.gen.ts'
import { audiences } from '../projection/audience.ts'
import { project } from '../projection/project.ts'
import { pushed, type Sight } from '../projection/sight.ts'
import { parseEvent } from '../report/parse-event.ts'
import { type FieldSet, fieldSets } from '../sharing/share.ts'
import { type EventToSend, fromCursor, sourceOf, toCursor, writeEnvelope } from './envelope.ts'
import { eventTypes, reportEventType } from './event-types.ts'
import { toRecordedReport } from './event-writer.ts'
import { schemaBaseUrl } from './schema-base-url.ts'

const officialUrl = new URL(
  '../../../../../shared/oracles/cloudevents/cloudevents.json',
  import.meta.url,
)
const folder = new URL('../../vectors/valid/', import.meta.url)
const vectors = readdirSync(folder)

const owner: Sight = { audience: 'owner', tlpMax: 'TLP:RED' }
const peer: Sight = { audience: 'peer', tlpMax: 'TLP:AMBER+STRICT' }

const reportId = '01985a7c-1111-7d31-9f40-1a2b3c4d5e6f'
const level = {
  scheme: 'jp.renkei.level',
  version: '2015.1.0',
  value: 2,
  ruleIds: ['x'],
  reasons: [],
}

function eventOf(vector: string, members: Partial<EventToSend> = {}) {
  const content = JSON.parse(readFileSync(new URL(vector, folder), 'utf8'))
  const event: EventToSend = {
    seq: 42,
    eventId: '01985a7c-8b20-7d31-9f40-1a2b3c4d5e6f',
    type: reportEventType(1, content.state),
    organisationId: 'example-mobile',
    subject: reportId,
    revision: 1,
    level: 2,
    tlp: content.tlp,
    messageStatus: content.messageStatus,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    recordedAt: new Date('2026-07-30T00:25:01.123Z'),
    ...members,
  }
  const recorded = { ...event, reportId, revision: 1, content, assessment: { level } }
  const report = { ...toRecordedReport(recorded), tlp: event.tlp as Tlp }
  return { event, report }
}

function write(vector: string, members: Partial<EventToSend> = {}, previous = 41): string {
  const { event, report } = eventOf(vector, members)
  return writeEnvelope(event, project(report, owner)!)(previous)
}

describe.each(vectors)('the event of %s', (vector) => {
  const text = write(vector)

  test('is one that our own schema takes', () => {
    expect(parseEvent(JSON.parse(text))).toMatchObject({ ok: true })
  })

  test('is one that the CloudEvents library takes, with every attribute', () => {
    const headers = { 'content-type': 'application/cloudevents+json' }
    const read = HTTP.toEvent({ headers, body: text }) as CloudEvent
    expect(read.validate()).toBe(true)
    expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(text))
  })

  test('is one that the official schema takes', ({ skip }) => {
    skip(
      !existsSync(officialUrl),
      'the official CloudEvents schema does not lie beside the repository',
    )
    const ajv = new Ajv({ strict: false })
    addFormats.default(ajv)
    const isCloudEvent = ajv.compile(JSON.parse(readFileSync(officialUrl, 'utf8')))
    expect(isCloudEvent(JSON.parse(text)), ajv.errorsText(isCloudEvent.errors)).toBe(true)
  })

  test('has at most 64 KiB', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536)
  })

  test.each(['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'])(
    'under %s is valid for every audience, whatever is agreed',
    (tlp) => {
      const { event, report } = eventOf(vector, { tlp })
      for (const sight of sights) {
        const view = project(report, pushed(sight))
        if (tlp === 'TLP:RED') expect(view).toBeUndefined()
        if (!view) continue
        expect(parseEvent(JSON.parse(writeEnvelope(event, view)(0)))).toMatchObject({ ok: true })
      }
    },
  )
})

const agreementId = '01985a7c-2222-7d31-9f40-1a2b3c4d5e6f'
const agreed = (sets: readonly FieldSet[]): Sight['share'] => ({
  agreementId,
  tlpMax: 'TLP:RED',
  fieldSets: sets,
})
const sights = audiences.flatMap((audience): Sight[] => [
  { audience, tlpMax: audience === 'owner' ? 'TLP:RED' : 'TLP:CLEAR' },
  { audience, tlpMax: 'TLP:GREEN', share: agreed([])! },
  { audience, tlpMax: 'TLP:CLEAR', share: agreed(fieldSets)! },
])

describe('the envelope', () => {
  test('says what it is about and where it stands', () => {
    const envelope = JSON.parse(write('flash-minimal.json', { revision: 3 }))
    expect(envelope).toMatchObject({
      specversion: '1.0',
      id: '01985a7c-8b20-7d31-9f40-1a2b3c4d5e6f',
      source: '/organisations/example-mobile',
      subject: '01985a7c-1111-7d31-9f40-1a2b3c4d5e6f',
      time: '2026-07-30T00:25:01.123Z',
      dataschema: `${schemaBaseUrl}report-view.schema.json`,
      feedcursor: '0000000000000042',
      previouscursor: '0000000000000041',
      revision: 3,
      level: 2,
      tlp: 'TLP:AMBER',
      messagestatus: 'actual',
    })
  })

  test('differs between receivers of one view in the event before, and in nothing else', () => {
    const { event, report } = eventOf('all-fields.json')
    const writeFor = writeEnvelope(event, project(report, peer)!)
    const [first, second] = [writeFor(0), writeFor(41)]
    expect(first.replace('"previouscursor":"0000000000000000"', '')).toBe(
      second.replace('"previouscursor":"0000000000000041"', ''),
    )
  })

  test('has no trace where none was kept', () => {
    expect(JSON.parse(write('flash-minimal.json', { traceparent: null }))).not.toHaveProperty(
      'traceparent',
    )
  })

  test('keeps texts of any kind as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (headline) => {
        const { event, report } = eventOf('flash-minimal.json')
        const view = { ...project(report, owner)!, texts: [{ language: 'ja', headline }] }
        const { data } = JSON.parse(writeEnvelope(event, view)(0))
        expect(data.texts[0].headline).toBe(headline)
      }),
    )
  })

  test('names its source by the organisation', () => {
    expect(sourceOf('example-mobile')).toBe('/organisations/example-mobile')
  })
})

describe('a cursor', () => {
  const seqs = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

  test('sorts as text in the order of the numbers', () => {
    fc.assert(
      fc.property(seqs, seqs, (a, b) => {
        expect(Math.sign(a - b)).toBe(
          toCursor(a) < toCursor(b) ? -1 : toCursor(a) > toCursor(b) ? 1 : 0,
        )
      }),
    )
  })

  test('is read back as the number that it was written from', () => {
    fc.assert(
      fc.property(seqs, (seq) => {
        expect(fromCursor(toCursor(seq))).toBe(seq)
        expect(fromCursor(String(seq))).toBe(seq)
      }),
    )
  })

  test.each(['', '-1', '1.5', '1e3', ' 1', '1 ', '٣', '0x10', '9007199254740992', '1'.repeat(17)])(
    '%j is none',
    (text) => {
      expect(fromCursor(text)).toBeUndefined()
    },
  )
})

describe('the type of an event', () => {
  test.each([
    [1, 'investigating', eventTypes.created],
    [2, 'investigating', eventTypes.updated],
    [9, 'closed', eventTypes.updated],
    [1, 'withdrawn', eventTypes.withdrawn],
    [4, 'withdrawn', eventTypes.withdrawn],
    [2, 'cancelled', eventTypes.withdrawn],
  ])('of revision %i that is %s is %s', (revision, state, type) => {
    expect(reportEventType(revision, state)).toBe(type)
  })
})
