import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Area, Report } from '../generated/report.gen.ts'
import { gatherFacts, type ReportFacts } from './report-facts.ts'

type Part = Pick<Report, 'impacts' | 'areas'>

const impact = (service: string, areas?: Area[]) =>
  ({
    service,
    effect: 'degraded',
    users: { qualifier: 'unknown' },
    ...(areas && { areas }),
  }) as Part['impacts'][number]

const part = (areas: Area[], impacts: Part['impacts'] = []): Part => ({ areas, impacts })

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
    expect(gatherFacts(part(areas), 0).prefectures).toEqual(prefectures)
  })

  test('are also those of its impacts', () => {
    const report = part(
      [{ type: 'prefecture', code: '13' }],
      [impact('sms', [{ type: 'prefecture', code: '27' }])],
    )
    expect(gatherFacts(report, 0)).toMatchObject({ prefectures: ['13', '27'], services: ['sms'] })
  })
})

test('a revision adds to what was known, and takes nothing away', () => {
  const before = gatherFacts(part([{ type: 'prefecture', code: '13' }], [impact('sms')]), 4)
  const after = gatherFacts(
    part([{ type: 'prefecture', code: '27' }], [impact('email')]),
    1,
    before,
  )
  expect(after).toEqual({ services: ['email', 'sms'], prefectures: ['13', '27'], peakLevel: 4 })
})

test('the facts of a row of the database are taken as they are', () => {
  const head = { services: ['sms'], prefectures: ['00'], peakLevel: 2, level: 0, state: 'restored' }
  expect(gatherFacts(part([]), 3, head)).toEqual({
    services: ['sms'],
    prefectures: ['00'],
    peakLevel: 3,
  })
})

test('over any revisions the facts only grow', () => {
  const area = fc.constantFrom<Area>(
    { type: 'prefecture', code: '13' },
    { type: 'municipality', code: '271004' },
    { type: 'country' },
    { type: 'text', name: '一部' },
  )
  const revision = fc.record({
    areas: fc.array(area, { maxLength: 3 }),
    impacts: fc.array(
      fc.constantFrom('sms', 'email', 'isp').map((service) => impact(service)),
      { maxLength: 3 },
    ),
    level: fc.nat(4),
  })
  fc.assert(
    fc.property(fc.array(revision, { maxLength: 6 }), (revisions) => {
      let facts: ReportFacts | undefined
      for (const { level, ...report } of revisions) {
        const next = gatherFacts(report, level, facts)
        expect(next.services).toEqual(expect.arrayContaining([...(facts?.services ?? [])]))
        expect(next.prefectures).toEqual(expect.arrayContaining([...(facts?.prefectures ?? [])]))
        expect(next.peakLevel).toBeGreaterThanOrEqual(Math.max(level, facts?.peakLevel ?? 0))
        facts = next
      }
    }),
  )
})
