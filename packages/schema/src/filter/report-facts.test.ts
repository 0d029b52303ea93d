import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Area, Tlp } from '../generated/report.gen.ts'
import { tlpRank } from '../projection/audience.ts'
import { ranked, visibleCodes } from './ranked.ts'
import { gatherFacts, type ReportFacts } from './report-facts.ts'

type Judged = Parameters<typeof gatherFacts>[0]

const impact = (service: string, areas?: Area[]) =>
  ({
    service,
    effect: 'degraded',
    users: { qualifier: 'unknown' },
    ...(areas && { areas }),
  }) as Judged['impacts'][number]

const judged = (
  areas: Area[],
  impacts: Judged['impacts'] = [],
  members: Partial<Judged> = {},
): Judged => ({ kind: 'fault', tlp: 'TLP:GREEN', areas, impacts, ...members })

const tokyo: Area = { type: 'prefecture', code: '13' }
const osaka: Area = { type: 'prefecture', code: '27' }

describe('the prefectures of a report', () => {
  test.each<[string, Area[], string[]]>([
    ['a prefecture', [{ type: 'prefecture', code: '13' }], ['13']],
    ['a municipality', [{ type: 'municipality', code: '131016' }], ['13']],
    ['a region', [{ type: 'region', name: '近畿', prefectures: ['27', '28'] }], ['27', '28']],
    [
      'a message area with its prefectures',
      [{ type: 'messageArea', code: '03', prefectures: ['13'] }],
      ['13'],
    ],
    ['the country', [{ type: 'country' }], ['00']],
    ['the country by its code', [{ type: 'country', code: 'JP' }], ['00']],
    ['another country', [{ type: 'country', code: 'US' }], []],
    ['a site without a prefecture', [{ type: 'site', code: 'tokyo-1' }], ['00']],
    ['words', [{ type: 'text', name: '東京都の一部' }], ['00']],
    [
      'a prefecture and a place that may be elsewhere',
      [
        { type: 'prefecture', code: '13' },
        { type: 'areaCode', code: '06' },
      ],
      ['00', '13'],
    ],
    [
      'several, in order and once',
      [
        { type: 'prefecture', code: '27' },
        { type: 'municipality', code: '131016' },
        { type: 'prefecture', code: '13' },
      ],
      ['13', '27'],
    ],
  ])('with %s', (_, areas, prefectures) => {
    const ranked = prefectures.map((code) => `${code}@1`)
    expect(gatherFacts(judged(areas), 0).prefectures).toEqual(ranked)
  })

  test('are also those of its impacts', () => {
    const report = judged([tokyo], [impact('sms', [osaka])])
    expect(gatherFacts(report, 0)).toMatchObject({
      prefectures: ['13@1', '27@1'],
      services: ['sms@1'],
    })
  })
})

describe('each service and prefecture carries its label', () => {
  const facts = (tlp: Tlp, markings: Record<string, Tlp>) => {
    const kanto: Area = { type: 'region', name: '関東', prefectures: ['13', '14'] }
    const areas = [
      tokyo,
      kanto,
      { type: 'text', name: '一部' } as const,
      { type: 'country' } as const,
    ]
    const marks = Object.entries(markings).map(([pointer, label]) => ({ pointer, tlp: label }))
    const impacts = [impact('sms', [osaka]), impact('isp')]
    const { services, prefectures } = gatherFacts(
      judged(areas, impacts, { tlp, markings: marks }),
      0,
    )
    return [...services, ...prefectures].join(' ')
  }

  test.each<[string, Tlp, Record<string, Tlp>, string]>([
    ['of the report', 'TLP:AMBER', {}, 'isp@2 sms@2 00@2 13@2 14@2 27@2'],
    [
      'of its own',
      'TLP:GREEN',
      { '/areas/0/code': 'TLP:RED', '/areas/1/prefectures': 'TLP:AMBER' },
      'isp@1 sms@1 00@1 13@2 14@2 27@1',
    ],
    [
      'of the part above, whichever list it stands in',
      'TLP:GREEN',
      { '/impacts/0': 'TLP:RED', '/areas': 'TLP:AMBER' },
      'isp@1 sms@4 00@2 13@2 14@2 27@4',
    ],
    [
      'of an entry that an impact has',
      'TLP:GREEN',
      { '/impacts/0/areas/0': 'TLP:RED', '/impacts/1/service': 'TLP:AMBER' },
      'isp@2 sms@1 00@1 13@1 14@1 27@4',
    ],
    [
      'of a place that is not told, of the country by what says so',
      'TLP:GREEN',
      { '/areas/2': 'TLP:RED', '/areas/3/type': 'TLP:AMBER' },
      'isp@1 sms@1 00@2 13@1 14@1 27@1',
    ],
    [
      'of the report, where it is narrower: nobody sees a part without the report',
      'TLP:AMBER',
      { '/areas/0': 'TLP:CLEAR', '/impacts': 'TLP:CLEAR' },
      'isp@2 sms@2 00@2 13@2 14@2 27@2',
    ],
  ])('%s', (_, tlp, markings, expected) => {
    expect(facts(tlp, markings)).toBe(expected)
  })

  test('the country by its code, a municipality by its own', () => {
    const areas: Area[] = [
      { type: 'country', code: 'JP' },
      { type: 'municipality', code: '131016' },
    ]
    const markings = [
      { pointer: '/areas/0/code', tlp: 'TLP:AMBER' as const },
      { pointer: '/areas/1/code', tlp: 'TLP:RED' as const },
    ]
    const { prefectures } = gatherFacts(judged(areas, [], { markings }), 0)
    expect(prefectures).toEqual(['00@2', '13@4'])
  })
})

test.each([0, 1, 4])('the first revision gives the highest level so far: %i', (level) => {
  expect(gatherFacts(judged([tokyo]), level).peakLevel).toBe(level)
})

test('a revision adds to what was known, and takes nothing away', () => {
  const before = gatherFacts(
    judged([tokyo], [impact('sms')], {
      kind: 'leak',
      leak: { owners: ['example-b', 'example-a'] },
    }),
    4,
  )
  expect(before).toEqual({
    kinds: ['leak'],
    services: ['sms@1'],
    prefectures: ['13@1'],
    peakLevel: 4,
    toldAt: ['4@1'],
    owners: ['example-a', 'example-b'],
  })
  const next = judged([osaka, tokyo], [impact('email')], { kind: 'cyber', tlp: 'TLP:AMBER' })
  expect(gatherFacts(next, 1, before)).toEqual({
    kinds: ['cyber', 'leak'],
    services: ['email@2', 'sms@1'],
    prefectures: ['13@1', '27@2'],
    peakLevel: 4,
    toldAt: ['4@1'],
    owners: ['example-a', 'example-b'],
  })
})

test.each<[Tlp, Tlp, Tlp]>([
  ['TLP:RED', 'TLP:GREEN', 'TLP:GREEN'],
  ['TLP:GREEN', 'TLP:RED', 'TLP:GREEN'],
  ['TLP:AMBER', 'TLP:CLEAR', 'TLP:CLEAR'],
  ['TLP:AMBER', 'TLP:AMBER', 'TLP:AMBER'],
])('of %s and then %s at one level the widest is kept: %s', (first, then, widest) => {
  const before = gatherFacts(judged([tokyo], [], { tlp: first }), 0)
  expect(gatherFacts(judged([tokyo], [], { tlp: then }), 0, before).toldAt).toEqual([
    ranked('0', widest),
  ])
})

test('the facts of a row of the database are taken as they are', () => {
  const head = {
    kinds: ['cyber'],
    services: ['sms@4'],
    prefectures: ['00@0'],
    peakLevel: 2,
    toldAt: ['2@0'],
    owners: ['example-a'],
    level: 0,
    state: 'restored',
  }
  const { level: _, state: __, ...facts } = head
  expect(gatherFacts(judged([]), 3, head)).toEqual({
    ...facts,
    kinds: ['cyber', 'fault'],
    peakLevel: 3,
    toldAt: ['2@0', ranked('3', judged([]).tlp)],
  })
})

test('over any revisions the facts only grow, and every label only widens', () => {
  const area = fc.constantFrom<Area>(
    tokyo,
    { type: 'municipality', code: '271004' },
    { type: 'country' },
    { type: 'text', name: '一部' },
  )
  const label = fc.constantFrom<Tlp>('TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:RED')
  const revision = fc.record({
    areas: fc.array(area, { minLength: 1, maxLength: 3 }),
    services: fc.array(fc.constantFrom('sms', 'email', 'isp'), { maxLength: 3 }),
    kind: fc.constantFrom('fault', 'cyber'),
    level: fc.nat(4),
    tlp: label,
    mark: label,
  })
  const all = (facts: ReportFacts | undefined, rank: number) => [
    ...(facts?.kinds ?? []),
    ...visibleCodes(facts?.services ?? [], rank),
    ...visibleCodes(facts?.prefectures ?? [], rank),
  ]
  fc.assert(
    fc.property(fc.array(revision, { maxLength: 6 }), fc.nat(4), (revisions, rank) => {
      let facts: ReportFacts | undefined
      for (const { level, areas, services, kind, tlp, mark } of revisions) {
        const impacts = services.map((service) => impact(service))
        const markings = [{ pointer: '/areas/0', tlp: mark }]
        const report = { ...judged(areas, impacts), kind, tlp, markings } as Judged
        const next = gatherFacts(report, level, facts)
        expect(all(next, rank)).toEqual(expect.arrayContaining(all(facts, rank)))
        expect(next.peakLevel).toBeGreaterThanOrEqual(Math.max(level, facts?.peakLevel ?? 0))
        expect(visibleCodes(next.toldAt, tlpRank(tlp))).toContain(String(next.peakLevel))
        facts = next
      }
    }),
  )
})
