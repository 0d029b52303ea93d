import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SubscriptionFilter } from '../generated/subscription.gen.ts'
import { audienceOf, mayAudienceSee, type Viewer, type ViewerKind } from '../projection/audience.ts'
import { type EventToMatch, matches } from './matches.ts'

const peer: Viewer = { organisationId: 'example-fixed', organisationKind: 'carrier' }

const event: EventToMatch = {
  organisationId: 'example-mobile',
  kind: 'fault',
  messageStatus: 'actual',
  peakLevel: 2,
  tlp: 'TLP:AMBER',
  services: ['mobileData', 'sms'],
  prefectures: ['13', '14'],
}

function match(filter: SubscriptionFilter, members: Partial<EventToMatch> = {}, viewer = peer) {
  return matches(viewer, filter, { ...event, ...members })
}

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
    expect(match(filter)).toBe(expected)
  })

  test('hides nothing whose services or areas are not known', () => {
    expect(match({ services: ['email'] }, { services: [] })).toBe(true)
    expect(match({ prefectures: ['27'] }, { prefectures: [] })).toBe(true)
  })

  test('of any prefecture has what is nation-wide', () => {
    expect(match({ prefectures: ['27'] }, { prefectures: ['00'] })).toBe(true)
  })

  test('of a level goes by the highest level so far', () => {
    expect(match({ minLevel: 4 }, { peakLevel: 4 })).toBe(true)
  })
})

describe('a drill or a test', () => {
  test.each(['exercise', 'test'] as const)('%s comes only to who asks for it by name', (status) => {
    expect(match({}, { messageStatus: status })).toBe(false)
    expect(match({ messageStatuses: ['actual'] }, { messageStatus: status })).toBe(false)
    expect(match({ messageStatuses: [status] }, { messageStatus: status })).toBe(true)
    expect(match({ messageStatuses: ['actual', status] }, { messageStatus: status })).toBe(true)
  })
})

describe('no filter', () => {
  test('lets a label beyond the clearance through, but to the reporter itself', () => {
    const owner: Viewer = { organisationId: 'example-mobile', organisationKind: 'carrier' }
    expect(match({}, { tlp: 'TLP:RED' })).toBe(false)
    expect(match({}, { tlp: 'TLP:RED' }, owner)).toBe(true)
    const media: Viewer = { organisationId: 'example-paper', organisationKind: 'media' }
    expect(match({}, {}, media)).toBe(false)
    expect(match({}, { tlp: 'TLP:CLEAR' }, media)).toBe(true)
  })
})

const kinds: readonly ViewerKind[] = [
  'carrier',
  'mvno',
  'vendor',
  'contractor',
  'government',
  'emergencyAgency',
  'ceptoar',
  'media',
]
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
const anyEvent = fc.record({
  organisationId: fc.constantFrom('a', 'b'),
  kind: fc.constantFrom('fault', 'cyber'),
  messageStatus: fc.constantFrom('actual', 'exercise', 'test'),
  peakLevel: fc.nat(4),
  tlp: fc.constantFrom('TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'),
  services: fc.subarray(['sms', 'email', 'isp']),
  prefectures: fc.subarray(['00', '13', '14', '27']),
})
const anyViewer = fc.record({
  organisationId: fc.constantFrom('a', 'c'),
  organisationKind: fc.constantFrom(...kinds),
})

test('whoever is told of an event may know of it', () => {
  fc.assert(
    fc.property(anyViewer, anyFilter, anyEvent, (viewer, filter, event) => {
      if (!matches(viewer, filter, event)) return
      expect(mayAudienceSee(audienceOf(viewer, event.organisationId), event.tlp)).toBe(true)
    }),
  )
})

test('each member of a filter can only take away', () => {
  const wishes = ['kinds', 'minLevel', 'services', 'prefectures', 'organisations'] as const
  fc.assert(
    fc.property(anyViewer, anyFilter, anyEvent, (viewer, filter, event) => {
      if (!matches(viewer, filter, event)) return
      for (const wish of wishes) {
        const { [wish]: _, ...wider } = filter
        expect(matches(viewer, wider, event)).toBe(true)
      }
    }),
  )
})
