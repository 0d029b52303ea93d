// What a filter asks for. What the labels allow is in `hear-labels.test.ts`.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SubscriptionFilter } from '../generated/subscription.gen.ts'
import type { Viewer } from '../projection/audience.ts'
import { event, heard, owner, peer, shareTo } from '../../test/event-facts.ts'
import { viewerKinds } from '../../test/scene.ts'
import { type EventToMatch, hear } from './hear.ts'

const matches = (filter: SubscriptionFilter, members: Partial<EventToMatch> = {}) =>
  heard(members, { filter }) !== undefined

describe('a filter', () => {
  test.each<[string, SubscriptionFilter, boolean]>([
    ['that asks for nothing special', {}, true],
    ['of the kind', { kinds: ['cyber', 'fault'] }, true],
    ['of other kinds', { kinds: ['cyber'] }, false],
    ['of the level', { minLevel: 2 }, true],
    ['of a higher level', { minLevel: 3 }, false],
    ['of one of the services', { services: ['sms'] }, true],
    ['of other services', { services: ['email'] }, false],
    ['of one of the prefectures', { prefectures: ['14', '27'] }, true],
    ['of other prefectures', { prefectures: ['27'] }, false],
    ['of the reporter', { organisations: ['example-mobile'] }, true],
    ['of other reporters', { organisations: ['example-isp'] }, false],
    ['of drills only', { messageStatuses: ['exercise'] }, false],
    ['of all that is right but one', { kinds: ['fault'], minLevel: 2, services: ['email'] }, false],
  ])('%s', (_, filter, expected) => {
    expect(matches(filter)).toBe(expected)
  })

  test('hides nothing whose services or areas are not known', () => {
    expect(matches({ services: ['email'] }, { services: [] })).toBe(true)
    expect(matches({ prefectures: ['27'] }, { prefectures: [] })).toBe(true)
  })

  test('of any prefecture has what is nation-wide', () => {
    expect(matches({ prefectures: ['27'] }, { prefectures: ['00@1'] })).toBe(true)
  })

  test('of a level goes by the highest level so far', () => {
    expect(matches({ minLevel: 4 }, { peakLevel: 4 })).toBe(true)
  })

  test('of a kind has what was of that kind in any revision', () => {
    expect(matches({ kinds: ['fault'] }, { kinds: ['congestion', 'fault'] })).toBe(true)
    expect(matches({ kinds: ['congestion'] }, { kinds: ['congestion', 'fault'] })).toBe(true)
    expect(matches({ kinds: ['cyber'] }, { kinds: ['congestion', 'fault'] })).toBe(false)
  })
})

describe('a drill or a test', () => {
  test.each(['exercise', 'test'] as const)('%s comes only to who asks for it by name', (status) => {
    expect(matches({}, { messageStatus: status })).toBe(false)
    expect(matches({ messageStatuses: ['actual'] }, { messageStatus: status })).toBe(false)
    expect(matches({ messageStatuses: [status] }, { messageStatus: status })).toBe(true)
    expect(matches({ messageStatuses: ['actual', status] }, { messageStatus: status })).toBe(true)
  })

  test('comes to no medium, even when it asks for it and has an agreement', () => {
    const viewer: Viewer = { organisationId: 'example-paper', organisationKind: 'media' }
    const filter: SubscriptionFilter = { messageStatuses: ['actual', 'exercise'] }
    const listener = { viewer, filter, share: shareTo('TLP:RED') }
    const clear = { tlp: 'TLP:CLEAR', toldAt: ['2@0'] }
    expect(heard({ ...clear, messageStatus: 'exercise' }, listener)).toBeUndefined()
    expect(heard({ ...clear, messageStatus: 'actual' }, listener)).toBeDefined()
  })
})

describe('a notice', () => {
  const recipients = ['example-fixed', 'example-isp']

  test('is heard by those it is addressed to, whatever their filter asks for, and by nobody else', () => {
    const filter: SubscriptionFilter = { kinds: ['cyber'], minLevel: 4, organisations: ['a'] }
    expect(heard({ recipients }, { filter })).toEqual({ as: 'addressee' })
    expect(heard({ recipients, tlp: 'TLP:RED' }, { filter })).toEqual({ as: 'addressee' })
    expect(heard({ recipients }, { viewer: owner })).toBeUndefined()
    expect(heard({ recipients: [] })).toBeUndefined()
    expect(heard({ recipients: ['a'] }, { share: shareTo('TLP:RED') })).toBeUndefined()
  })

  test('of a drill is heard only by those of them who ask for drills', () => {
    const filter: SubscriptionFilter = { messageStatuses: ['exercise'] }
    expect(heard({ recipients, messageStatus: 'exercise' })).toBeUndefined()
    expect(heard({ recipients, messageStatus: 'exercise' }, { filter })).toBeDefined()
  })
})

test('an agreement is looked for from the reporter to the viewer', () => {
  const asked: string[] = []
  hear(peer, {}, event, (from, to) => {
    asked.push(`${from} ${to}`)
    return undefined
  })
  expect(asked).toEqual(['example-mobile example-fixed'])
})

const some = <T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 })
const anyFilter = fc.record(
  {
    kinds: some('fault', 'cyber'),
    minLevel: fc.constantFrom(0, 1, 2, 3, 4),
    services: some('sms', 'email'),
    prefectures: some('13', '27'),
    organisations: some('a', 'b'),
    messageStatuses: some('actual', 'exercise', 'test'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<SubscriptionFilter>
const anyEvent: fc.Arbitrary<EventToMatch> = fc.record({
  organisationId: fc.constantFrom('a', 'b'),
  kinds: some('fault', 'cyber'),
  messageStatus: fc.constantFrom('actual', 'exercise', 'test'),
  peakLevel: fc.nat(4),
  tlp: fc.constantFrom('TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:RED'),
  toldAt: fc.subarray(['0@0', '2@1', '4@2']),
  services: fc.subarray(['sms@0', 'email@1', 'isp@4']),
  prefectures: fc.subarray(['00@4', '13@0', '14@1', '27@2']),
  owners: fc.subarray(['c']),
  recipients: fc.option(some('c'), { nil: null, freq: 4 }),
})
const anyViewer = fc.record({
  organisationId: fc.constantFrom('a', 'c'),
  organisationKind: fc.constantFrom(...viewerKinds),
})

test('each member of a filter can only take away', () => {
  const wishes = ['kinds', 'minLevel', 'services', 'prefectures', 'organisations'] as const
  fc.assert(
    fc.property(anyViewer, anyFilter, anyEvent, (viewer, filter, some) => {
      const hearing = hear(viewer, filter, some, () => undefined)
      if (!hearing) return
      for (const wish of wishes) {
        const { [wish]: _, ...wider } = filter
        expect(hear(viewer, wider, some, () => undefined)).toEqual(hearing)
      }
    }),
    { numRuns: 500 },
  )
})
