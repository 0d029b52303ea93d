import { describe, expect, it } from 'vitest'
import type { Area, Control, Related } from '../generated/report.gen.ts'
import type { ClassifiableReport } from './classification.ts'
import { classify } from './classify.ts'
import { afterStart, exampleReport, ruleSetOf, startAt } from './example-report.ts'
import { countPrefectures } from './level-rules.ts'

const ruleSet = ruleSetOf('2015')
const ask = (members: Partial<ClassifiableReport>, seconds = 60) =>
  classify(exampleReport(members), { ruleSet, now: afterStart(seconds) }).level
const usersOf = (value: number): Partial<ClassifiableReport> => ({
  impacts: [{ service: 'isp', effect: 'degraded', users: { value, qualifier: 'exact' } }],
})
const restricted = (part: Partial<Control>): Partial<ClassifiableReport> => ({
  impacts: [{ service: 'isp', effect: 'none', users: { value: 0, qualifier: 'exact' } }],
  controls: [{ kind: 'callPercentage', trafficType: 'voice', from: startAt, ...part }],
})

describe('the level table', () => {
  it.each([
    [0, 1],
    [29_999, 1],
    [30_000, 2],
    [999_999, 2],
    [1_000_000, 4],
  ])('gives %i users level %i in the first minute', (users, level) => {
    expect(ask(usersOf(users)).value).toBe(level)
  })

  it.each([
    [7199, 1],
    [7200, 2],
  ])('gives a small impact after %i s level %i', (seconds, level) => {
    expect(ask(usersOf(10), seconds).value).toBe(level)
  })

  it.each([
    [0, 1],
    [49, 1],
    [49.9, 1],
    [50, 2],
    [79, 2],
    [79.9, 2],
    [80, 3],
    [100, 3],
  ])('gives %d percent blocked level %i', (blockedPercentMax, level) => {
    expect(ask(restricted({ blockedPercentMax })).value).toBe(level)
  })

  it.each(['announcement', 'reroute', 'cancelAlternateRoute'] as const)(
    'does not count %s as a restriction',
    (kind) => {
      expect(ask(restricted({ kind })).ruleIds).toEqual(['advisory.noImpact'])
    },
  )

  it('counts a control that is announced for later from then on', () => {
    const later = restricted({ blockedPercentMax: 90, from: afterStart(600) })
    expect(ask(later, 599).value).toBe(0)
    expect(ask(later, 600).value).toBe(3)
  })

  it('calls two hours of restriction with 30,000 users a priority restriction, not before', () => {
    const report = { ...usersOf(30_000), controls: restricted({ blockedPercentMax: 10 }).controls! }
    expect(ask(report, 7199).ruleIds).not.toContain('major.priorityRestriction')
    expect(ask(report, 7200).ruleIds).toContain('major.priorityRestriction')
    expect(ask({ ...report, ...usersOf(29_999) }, 7200).ruleIds).not.toContain(
      'major.priorityRestriction',
    )
  })

  it.each([
    ['none', 1],
    ['unknown', 1],
    ['degraded', 2],
    ['unavailable', 2],
  ] as const)('gives emergency calls %s in a part of a city level %i', (effect, level) => {
    expect(ask({ emergencyCalls: { effect } }).value).toBe(level)
  })

  const wide: [string, Area[]][] = [
    ['a prefecture', [{ type: 'prefecture', code: '13' }]],
    ['a region', [{ type: 'region', name: '四国', prefectures: ['36', '37', '38', '39'] }]],
    ['the country', [{ type: 'country' }]],
  ]
  it.each(wide)('gives emergency calls down in %s level 4, degraded 2', (_, areas) => {
    expect(ask({ areas, emergencyCalls: { effect: 'unavailable' } }).value).toBe(4)
    expect(ask({ areas, emergencyCalls: { effect: 'degraded' } }).value).toBe(2)
  })

  it.each([
    ['users of other carriers', { otherCarrierUsersAffected: true }, 2],
    [
      'a peer with an effect',
      { peersAffected: [{ organisation: 'b', effect: 'intermittent' as const }] },
      2,
    ],
    ['a peer without one', { peersAffected: [{ organisation: 'b', effect: 'none' as const }] }, 1],
    ['no users of other carriers', { otherCarrierUsersAffected: false }, 1],
  ])('looks at %s', (_, interconnect, level) => {
    expect(ask({ interconnect }).value).toBe(level)
  })

  const link: Related = {
    reportId: '01870000-0000-7000-8000-000000000001',
    relation: 'sameCause',
    assertedBy: 'another-carrier',
    confidence: 'high',
  }
  const links: [string, Related, number][] = [
    ['another organisation is sure of', link, 4],
    ['the reporter asserts itself', { ...link, assertedBy: 'example-mobile' }, 2],
    ['another organisation supposes', { ...link, confidence: 'medium' }, 2],
    ['is a consequence', { ...link, relation: 'causes' }, 2],
  ]
  it.each(links)('gives a same cause that %s its level', (_, related, level) => {
    expect(ask({ ...usersOf(30_000), related: [related] }).value).toBe(level)
  })

  it('does not make a crisis of a small fault that two carriers share', () => {
    expect(ask({ ...usersOf(50), related: [link] }).value).toBe(1)
  })

  it.each(['00000JAPAN', 'JAPANローミング(フルローミング)', 'japan roaming'])(
    'takes %s among the alternatives as a request for relief',
    (alternative) => {
      expect(ask({ texts: [{ alternatives: [alternative] }] }).value).toBe(4)
      expect(ask({ emergencyCalls: { effect: 'none', alternatives: [alternative] } }).value).toBe(4)
    },
  )

  it('does not take 171 or a public telephone for relief', () => {
    expect(ask({ texts: [{ alternatives: ['171', '公衆電話'] }] }).value).toBe(1)
  })

  it.each(['withdrawn', 'cancelled', 'planned'] as const)(
    'gives level 0 to all that is %s',
    (state) => {
      const report: Partial<ClassifiableReport> = {
        ...usersOf(5_000_000),
        state,
        areas: [{ type: 'country' }],
        emergencyCalls: { effect: 'unavailable' },
        controls: restricted({ blockedPercentMax: 100 }).controls!,
        interconnect: { otherCarrierUsersAffected: true },
        texts: [{ alternatives: ['00000JAPAN'] }],
        related: [link],
      }
      expect(ask(report, 86_400).value).toBe(0)
    },
  )

  it('names one reason when nothing fires, and none of level 0 when something does', () => {
    const quiet = usersOf(0)
    quiet.impacts![0]!.effect = 'none'
    expect(ask(quiet).reasons).toHaveLength(1)
    expect(ask(usersOf(10)).ruleIds.filter((id) => id.startsWith('advisory.'))).toEqual([])
  })
})

describe('countPrefectures', () => {
  it('counts each prefecture once, by its own code, a region or a municipality', () => {
    expect(
      countPrefectures([
        { type: 'prefecture', code: '13' },
        { type: 'municipality', code: '131016' },
        { type: 'region', name: '関東', prefectures: ['13', '14'] },
        { type: 'text', name: '各地' },
      ]),
    ).toBe(2)
    expect(countPrefectures([{ type: 'country' }])).toBe(47)
  })
})
