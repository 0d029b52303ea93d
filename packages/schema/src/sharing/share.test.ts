import { describe, expect, test } from 'vitest'
import { openShare } from '../../test/scene.ts'
import { fieldRules } from '../projection/field-rules.ts'
import { schemas } from '../report/schemas.ts'
import { covers, fieldSetOf, fieldSets, isInForce, type Share, type SharedReport } from './share.ts'

test('the sets that an agreement may open are those of the contract, and each has its fields', () => {
  const fields = Map.groupBy(Object.entries(fieldSetOf), ([, set]) => set)
  const { core, ...open } = Object.fromEntries(
    [...fields].map(([set, entries]) => [set, entries.map(([field]) => field)]),
  )
  expect(open).toEqual({
    contacts: ['contacts'],
    traffic: ['traffic'],
    controls: ['controls', 'reRegistration'],
    interconnect: ['interconnect'],
    plans: ['window', 'demand'],
    sensitive: ['sensitive'],
    extensions: ['extensions'],
  })
  expect(core).toContain('impacts')
  expect(Object.keys(fieldSetOf).toSorted()).toEqual(Object.keys(fieldRules).toSorted())
  expect([...fieldSets].toSorted()).toEqual(Object.keys(open).toSorted())
  expect(schemas.agreement.$defs.agreementFieldSet.enum.toSorted()).toEqual(
    Object.keys(open).toSorted(),
  )
})

describe('a share is in force', () => {
  const validFrom = new Date('2026-04-01T00:00:00+09:00')
  const validUntil = new Date('2027-04-01T00:00:00+09:00')

  test.each<[string, Date, number, boolean]>([
    ['not one millisecond before its first instant', validFrom, -1, false],
    ['at its first instant', validFrom, 0, true],
    ['one millisecond before its last', validUntil, -1, true],
    ['no longer at its last instant', validUntil, 0, false],
    ['nor after', validUntil, 1, false],
  ])('%s', (_, instant, byMs, expected) => {
    const at = new Date(instant.getTime() + byMs)
    expect(isInForce({ validFrom, validUntil }, at)).toBe(expected)
  })

  test('never, when it ends as it begins', () => {
    expect(isInForce({ validFrom, validUntil: validFrom }, validFrom)).toBe(false)
  })
})

describe('a share covers a report', () => {
  const report: SharedReport = {
    peakLevel: 2,
    kinds: ['fault'],
    services: ['sms@1', 'isp@3'],
    prefectures: ['13@1', '27@3'],
  }
  const { kinds: _, ...open } = openShare
  const speaks = (terms: Partial<Share>, of: Partial<SharedReport> = {}) =>
    covers({ ...open, ...terms }, { ...report, ...of })

  test.each<[string, Partial<Share>, Partial<SharedReport>, boolean]>([
    ['when it has no terms', {}, {}, true],
    ['of its lowest level', { minLevel: 2 }, {}, true],
    ['not below it', { minLevel: 3 }, {}, false],
    ['of its kind', { kinds: ['cyber', 'fault'] }, {}, true],
    ['not of another', { kinds: ['cyber'] }, {}, false],
    ['that ever was of its kind', { kinds: ['cyber'] }, { kinds: ['cyber', 'fault'] }, true],
    ['of one of its services', { services: ['isp', 'email'] }, {}, true],
    ['not of other services', { services: ['email'] }, {}, false],
    ['not without services, when it names some', { services: ['sms'] }, { services: [] }, false],
    ['of one of its prefectures', { prefectures: ['27', '01'] }, {}, true],
    ['not of others', { prefectures: ['01'] }, {}, false],
    ['of the whole country', { prefectures: ['01'] }, { prefectures: ['00@1'] }, true],
    [
      'not of abroad, when it names prefectures',
      { prefectures: ['13'] },
      { prefectures: [] },
      false,
    ],
    ['not when one term of several fails', { kinds: ['fault'], services: ['email'] }, {}, false],
  ])('%s', (_, terms, of, expected) => {
    expect(speaks(terms, of)).toBe(expected)
  })

  test('whose service or area its own label does not show, only without terms on them', () => {
    const tlpMax = 'TLP:AMBER' as const
    expect(speaks({ tlpMax, services: ['isp'] })).toBe(false)
    expect(speaks({ tlpMax: 'TLP:AMBER+STRICT', services: ['isp'] })).toBe(true)
    expect(speaks({ tlpMax, prefectures: ['27'] })).toBe(false)
    expect(speaks({ tlpMax: 'TLP:AMBER+STRICT', prefectures: ['27'] })).toBe(true)
    expect(speaks({ tlpMax, prefectures: ['27'] }, { prefectures: ['00@4', '13@1'] })).toBe(false)
    expect(speaks({ tlpMax })).toBe(true)
  })

  test.each<[string, Partial<Share>, string[], boolean]>([
    ['not when it names no kinds', {}, ['leak'], false],
    ['not when it names all others', { kinds: ['fault', 'cyber'] }, ['leak'], false],
    [
      'not when the report was something else before',
      { kinds: ['fault'] },
      ['fault', 'leak'],
      false,
    ],
    ['when it names leaks', { kinds: ['leak'] }, ['leak'], true],
    ['when it names leaks, whatever it was before', { kinds: ['leak'] }, ['fault', 'leak'], true],
  ])('of a leak %s', (_, terms, kinds, expected) => {
    expect(speaks(terms, { kinds })).toBe(expected)
  })
})
