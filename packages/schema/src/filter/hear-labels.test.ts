// As what an event is heard: with the report, as a notice that there is something to read, or that a
// report is no longer shared; and how far a filter looks.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Tlp } from '../generated/report.gen.ts'
import type { SubscriptionFilter } from '../generated/subscription.gen.ts'
import type { Viewer } from '../projection/audience.ts'
import { event, heard, owner, shareTo, toldUnder } from '../../test/event-facts.ts'
import { labels } from '../../test/planted-report.ts'
import { anyScene, finderOf } from '../../test/scene.ts'
import { boundsOf, rank } from '../../test/second-statement.ts'
import { hear } from './hear.ts'

const all: SubscriptionFilter = { messageStatuses: ['actual', 'exercise', 'test'] }

describe('a report is heard', () => {
  test.each<[Tlp, string]>([
    ['TLP:CLEAR', 'report'],
    ['TLP:GREEN', 'report'],
    ['TLP:AMBER', 'undefined'],
    ['TLP:AMBER+STRICT', 'undefined'],
    ['TLP:RED', 'undefined'],
  ])('by a peer without an agreement: %s as %s', (tlp, as) => {
    expect(String(heard({ tlp, ...toldUnder(tlp) })?.as)).toBe(as)
  })

  test.each<[Tlp, string]>([
    ['TLP:AMBER', 'report'],
    ['TLP:AMBER+STRICT', 'report'],
    ['TLP:RED', 'signIn'],
  ])('by its owner and by a partner who may see all: %s as %s', (tlp, as) => {
    const own = { tlp, ...toldUnder(tlp) }
    expect(heard(own, { viewer: owner })?.as).toBe(as)
    expect(heard(own, { share: shareTo('TLP:RED') })?.as).toBe(as)
  })

  test('with a sight that never reaches TLP:RED', () => {
    const own = heard({}, { viewer: owner })
    expect(own).toMatchObject({ sight: { audience: 'owner', tlpMax: 'TLP:AMBER+STRICT' } })
    const partner = heard({}, { share: shareTo('TLP:RED') })
    expect(partner).toMatchObject({ sight: { share: { tlpMax: 'TLP:AMBER+STRICT' } } })
  })

  test('of a leak by an authority and by those concerned, TLP:RED by neither', () => {
    const leak = { kinds: ['leak'], tlp: 'TLP:AMBER+STRICT', ...toldUnder('TLP:AMBER+STRICT') }
    const authority: Viewer = { organisationId: 'example-ministry', organisationKind: 'government' }
    expect(heard(leak, { viewer: authority })?.as).toBe('report')
    expect(heard({ ...leak, owners: ['example-fixed'] })?.as).toBe('report')
    expect(heard({ ...leak, owners: ['example-isp'] })).toBeUndefined()
    const red = { ...leak, tlp: 'TLP:RED', ...toldUnder('TLP:RED'), owners: ['example-fixed'] }
    expect(heard(red, { viewer: authority })).toBeUndefined()
    expect(heard(red)).toBeUndefined()
  })
})

describe('a revision that narrows a report', () => {
  test.each<Tlp>(['TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'])(
    'to %s is heard by who saw it before as that it is no longer shared',
    (tlp) => {
      expect(heard({ tlp, ...toldUnder('TLP:GREEN') })).toEqual({ as: 'narrowed' })
      expect(heard({ tlp, ...toldUnder('TLP:CLEAR') })).toEqual({ as: 'narrowed' })
    },
  )

  test('is not heard by who has never seen it', () => {
    expect(heard({ tlp: 'TLP:RED', ...toldUnder('TLP:AMBER') })).toBeUndefined()
    const vendor: Viewer = { organisationId: 'example-maker', organisationKind: 'vendor' }
    expect(heard({ tlp: 'TLP:AMBER' }, { viewer: vendor })).toBeUndefined()
    expect(heard({ tlp: 'TLP:AMBER', ...toldUnder('TLP:CLEAR') }, { viewer: vendor })?.as).toBe(
      'narrowed',
    )
  })

  test('is not heard by who saw nothing at the levels that were told', () => {
    const vendor: Viewer = { organisationId: 'example-maker', organisationKind: 'vendor' }
    // Told under TLP:GREEN at level 0, of which vendors do not hear; level 3 came with TLP:RED.
    const rising = { tlp: 'TLP:RED', peakLevel: 3, toldAt: ['0@1', '3@4'] }
    expect(heard(rising, { viewer: vendor })).toBeUndefined()
    expect(heard(rising)?.as).toBe('narrowed')
  })

  test('does not tell by a filter which level it has now', () => {
    const rising = { tlp: 'TLP:RED', peakLevel: 4, toldAt: ['1@1', '4@4'] }
    expect(heard(rising, { filter: { minLevel: 2 } })).toBeUndefined()
    expect(heard(rising, { filter: { minLevel: 1 } })?.as).toBe('narrowed')
  })

  test('is heard as the report by who may still see it, as a notice by who may still read it', () => {
    const red = { tlp: 'TLP:RED', ...toldUnder('TLP:GREEN') }
    expect(heard({ ...red, tlp: 'TLP:AMBER' }, { share: shareTo('TLP:AMBER') })?.as).toBe('report')
    expect(heard(red, { share: shareTo('TLP:AMBER+STRICT') })?.as).toBe('narrowed')
    expect(heard(red, { share: shareTo('TLP:RED') })?.as).toBe('signIn')
    expect(heard(red, { viewer: owner })?.as).toBe('signIn')
  })

  test('is heard only by who asks for such reports', () => {
    expect(heard({ tlp: 'TLP:RED' }, { filter: { minLevel: 3 } })).toBeUndefined()
    expect(heard({ tlp: 'TLP:RED' }, { filter: { minLevel: 2 } })?.as).toBe('narrowed')
  })
})

describe('a filter looks no further than its viewer may see', () => {
  const hidden = (rankOfTokyo: number) => ({ prefectures: [`13@${rankOfTokyo}`, '27@1'] })

  test('an area beyond makes it neither match nor fail to match', () => {
    const filter: SubscriptionFilter = { prefectures: ['13'] }
    expect(heard(hidden(1), { filter })).toBeDefined()
    expect(heard(hidden(2), { filter })).toBeUndefined()
    expect(heard(hidden(2), { filter: { prefectures: ['27'] } })).toBeDefined()
    // Where all areas are beyond, the viewer knows of none: better told than not.
    expect(heard({ prefectures: ['13@4'] }, { filter: { prefectures: ['27'] } })).toBeDefined()
    expect(heard({ prefectures: ['00@4', '13@1'] }, { filter: { prefectures: ['27'] } })).toBe(
      undefined,
    )
  })

  test('nor does a service beyond', () => {
    const services = ['sms@3', 'isp@1']
    expect(heard({ services }, { filter: { services: ['sms'] } })).toBeUndefined()
    expect(heard({ services }, { filter: { services: ['isp'] } })).toBeDefined()
    expect(heard({ services: ['sms@3'] }, { filter: { services: ['email'] } })).toBeDefined()
  })

  test('an agreement lets it look as far as its label', () => {
    const filter: SubscriptionFilter = { prefectures: ['13'] }
    expect(heard(hidden(2), { filter, share: shareTo('TLP:AMBER') })).toBeDefined()
    expect(heard(hidden(3), { filter, share: shareTo('TLP:AMBER') })).toBeUndefined()
    expect(heard(hidden(4), { filter, share: shareTo('TLP:RED') })).toBeDefined()
    expect(heard(hidden(4), { filter, viewer: owner })).toBeDefined()
  })
})

test('for any scene an event is heard as what the labels allow, and no further', () => {
  const anyLabel = fc.constantFrom(...labels)
  fc.assert(
    fc.property(anyScene, anyLabel, anyLabel, (scene, tlp, other) => {
      const widestTlp = rank(other) < rank(tlp) ? other : tlp
      const { toldAt } = toldUnder(widestTlp, scene.facts.peakLevel)
      const told = { ...event, ...scene.facts, tlp, toldAt }
      const hearing = hear(scene.viewer, all, told, finderOf(scene))
      const [read, push] = (['read', 'push'] as const).map((way) => {
        const { byDefault, byAgreement } = boundsOf(scene, way)
        return Math.max(byDefault, byAgreement)
      })
      const as = [
        [push!, tlp, 'report'],
        [read!, tlp, 'signIn'],
        [read!, widestTlp, 'narrowed'],
      ].find(([bound, label]) => rank(String(label)) <= Number(bound))
      expect(hearing?.as).toBe(as?.[2])
    }),
    { numRuns: 500 },
  )
})
