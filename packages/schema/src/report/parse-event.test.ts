// The official CloudEvents schema is a second judge of our examples, where it lies beside the
// repository.

import { existsSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { isEvent, parseEvent } from './parse-event.ts'
import { schemas } from './schemas.ts'

const reportEvent = schemas.event.examples[0]!
const heartbeat = schemas.event.examples[1]!

test.each(schemas.event.examples.map((event) => [event.type, event]))(
  '%s is an event',
  (_, event) => {
    expect(parseEvent(event)).toEqual({ ok: true, event })
  },
)

test('leaves attributes and members alone that it does not know', () => {
  const event = {
    ...reportEvent,
    partitionkey: 'x',
    data: { ...reportEvent.data, later: { a: 1 } },
  }
  expect(parseEvent(event)).toEqual({ ok: true, event })
})

test.each([
  ['another version of CloudEvents', { ...reportEvent, specversion: '0.3' }, ['/specversion enum']],
  ['a type that is not of Renkei', { ...heartbeat, type: 'com.example.x' }, ['/type pattern']],
  ['a cursor that is not padded', { ...heartbeat, feedcursor: '42' }, ['/feedcursor pattern']],
  ['a cursor that is a number', { ...heartbeat, feedcursor: 42 }, ['/feedcursor type']],
  ['a level above 4', { ...reportEvent, level: 5 }, ['/level enum']],
  [
    'an attribute name that CloudEvents does not allow',
    { ...heartbeat, feedCursor: 'x' },
    ['/feedCursor event.attributeName'],
  ],
  ['no source', { ...heartbeat, source: undefined }, ['/source required']],
  ['no object at all', [], [' type']],
])('refuses an event with %s', (_, value, faults) => {
  const parsed = parseEvent(value)
  expect(parsed.ok ? [] : parsed.faults.map(({ pointer, rule }) => `${pointer} ${rule}`)).toEqual(
    faults,
  )
  expect(isEvent(value)).toBe(false)
})

test('refuses an event about a report that keeps back what every receiver needs', () => {
  const { specversion, id, type, source, time } = reportEvent
  const parsed = parseEvent({ specversion, id, type, source, time, data: { kind: 'fault' } })
  const found = parsed.ok ? [] : parsed.faults.map(({ pointer, rule }) => `${pointer} ${rule}`)
  const needs = [
    'subject',
    'datacontenttype',
    'dataschema',
    'feedcursor',
    'revision',
    'level',
    'tlp',
    'messagestatus',
  ]
  for (const need of needs) expect(found).toContain(`/${need} event.report.needs`)
  for (const need of ['reportId', 'revision', 'messageStatus', 'state', 'level']) {
    expect(found).toContain(`/data/${need} required`)
  }
})

const official = new URL(
  '../../../../../shared/oracles/cloudevents/cloudevents.json',
  import.meta.url,
)

test.skipIf(!existsSync(official))(
  'the official CloudEvents schema takes every example (skipped when it is absent)',
  () => {
    const ajv = new Ajv({ strict: false })
    addFormats.default(ajv)
    const validate = ajv.compile(JSON.parse(readFileSync(official, 'utf8')))
    for (const event of schemas.event.examples) {
      expect(validate(event), JSON.stringify(validate.errors)).toBe(true)
    }
    expect(validate({ ...heartbeat, specversion: undefined })).toBe(false)
  },
)
