// How somebody sees a report, in single cases; the level table is in `level-table.test.ts`.

import { describe, expect, test } from 'vitest'
import type { Report, Tlp } from '../generated/report.gen.ts'
import { openShare } from '../../test/scene.ts'
import type { Share } from '../sharing/share.ts'
import { type Audience, audiences } from './audience.ts'
import { project } from './project.ts'
import { isWithin, pushed, reachOf, type Sight, sightAs, type SightFacts } from './sight.ts'

const facts: SightFacts = {
  organisationId: 'example-mobile',
  kinds: ['fault'],
  messageStatus: 'actual',
  peakLevel: 4,
  services: ['sms@1'],
  prefectures: ['13@1'],
  owners: [],
}
const leak: SightFacts = { ...facts, kinds: ['leak'] }
const shareTo = (tlpMax: Tlp, terms: Partial<Share> = {}): Share => ({
  ...openShare,
  tlpMax,
  ...terms,
})
const nobody = { concerned: false, share: undefined }

describe('what is agreed', () => {
  test('adds to a sight, and does not change its default', () => {
    const share = shareTo('TLP:AMBER')
    expect(sightAs('peer', facts, { concerned: false, share })).toEqual({
      audience: 'peer',
      tlpMax: 'TLP:GREEN',
      share,
    })
    expect(sightAs('peer', facts)).toEqual({ audience: 'peer', tlpMax: 'TLP:GREEN' })
  })

  test('does not count where its terms do not speak of the report', () => {
    const share = shareTo('TLP:AMBER', { services: ['email'] })
    expect(sightAs('peer', facts, { concerned: false, share })).not.toHaveProperty('share')
  })

  test('does not count for the owner, who sees all, nor for the public of an exercise', () => {
    const ties = { concerned: true, share: shareTo('TLP:GREEN') }
    expect(sightAs('owner', facts, ties)).toEqual({ audience: 'owner', tlpMax: 'TLP:RED' })
    expect(sightAs('public', facts, ties)).toHaveProperty('share')
    expect(sightAs('public', { ...facts, messageStatus: 'exercise' }, ties)).toBeUndefined()
  })
})

describe('a leak is seen', () => {
  const others: readonly Audience[] = ['peer', 'mvno', 'vendor', 'ceptoar', 'public']

  test.each(others)('by %s not at all, at whatever level', (audience) => {
    expect(sightAs(audience, leak, nobody)).toBeUndefined()
  })

  test('by an authority up to TLP:AMBER+STRICT, at every level', () => {
    for (const peakLevel of [0, 1, 2, 3, 4]) {
      const sight = sightAs('regulator', { ...leak, peakLevel }, nobody)
      expect(sight).toEqual({ audience: 'regulator', tlpMax: 'TLP:AMBER+STRICT' })
    }
  })

  test.each(others.filter((audience) => audience !== 'public'))(
    'by %s as far as an authority, when the information is its own',
    (audience) => {
      const sight = sightAs(audience, leak, { concerned: true, share: undefined })
      expect(sight).toEqual({ audience, tlpMax: 'TLP:AMBER+STRICT' })
      const share = shareTo('TLP:RED')
      expect(sightAs(audience, leak, { concerned: true, share })).toEqual({ ...sight, share })
    },
  )

  test('by the public never, whatever its ties', () => {
    const ties = { concerned: true, share: shareTo('TLP:RED') }
    expect(sightAs('public', leak, ties)).toBeUndefined()
  })

  test('by agreement only as far as it opens sets; what is clear for anybody goes with it', () => {
    const share = shareTo('TLP:AMBER', { fieldSets: [] })
    const sight = sightAs('peer', leak, { concerned: false, share })!
    expect(sight).toEqual({ audience: 'peer', tlpMax: 'TLP:CLEAR', share })
    const report = {
      kind: 'leak',
      tlp: 'TLP:AMBER',
      contacts: [{ name: 'a' }, { name: 'b' }],
      markings: [
        { pointer: '/contacts/0', tlp: 'TLP:GREEN' },
        { pointer: '/contacts/1', tlp: 'TLP:CLEAR' },
      ],
    } as unknown as Report
    expect(project(report, sight)).toEqual({
      kind: 'leak',
      tlp: 'TLP:AMBER',
      contacts: [{ name: 'b' }],
    })
  })
})

describe('pushed', () => {
  test.each<[Tlp, Tlp]>([
    ['TLP:RED', 'TLP:AMBER+STRICT'],
    ['TLP:AMBER+STRICT', 'TLP:AMBER+STRICT'],
    ['TLP:AMBER', 'TLP:AMBER'],
    ['TLP:CLEAR', 'TLP:CLEAR'],
  ])('a sight up to %s reaches %s', (tlpMax, reached) => {
    const sight: Sight = { audience: 'peer', tlpMax, share: shareTo(tlpMax) }
    const { share, ...rest } = pushed(sight)
    expect(rest).toEqual({ audience: 'peer', tlpMax: reached })
    expect(share).toEqual({ ...shareTo(tlpMax), tlpMax: reached })
    expect(pushed({ audience: 'peer', tlpMax })).toEqual({ audience: 'peer', tlpMax: reached })
  })

  test('a sight of anybody is no wider than what is read', () => {
    for (const audience of audiences) {
      const sight = sightAs(audience, facts, { concerned: false, share: openShare })!
      expect(reachOf(pushed(sight))).toBeLessThan(4)
      expect(reachOf(pushed(sight))).toBeLessThanOrEqual(reachOf(sight))
    }
  })
})

test('a label is within a sight by its default or by what is agreed, whichever reaches further', () => {
  const sight = (tlpMax: Tlp, share?: Tlp): Sight => ({
    audience: 'peer',
    tlpMax,
    ...(share && { share: shareTo(share) }),
  })
  expect(isWithin(sight('TLP:GREEN'), 'TLP:GREEN')).toBe(true)
  expect(isWithin(sight('TLP:GREEN'), 'TLP:AMBER')).toBe(false)
  expect(isWithin(sight('TLP:GREEN', 'TLP:CLEAR'), 'TLP:GREEN')).toBe(true)
  expect(isWithin(sight('TLP:CLEAR', 'TLP:AMBER'), 'TLP:AMBER')).toBe(true)
  expect(isWithin(sight('TLP:CLEAR', 'TLP:AMBER'), 'TLP:RED')).toBe(false)
  expect(isWithin(sight('TLP:AMBER+STRICT'), 'TLP:ORANGE')).toBe(false)
  expect(reachOf(sight('TLP:CLEAR'))).toBe(0)
})
