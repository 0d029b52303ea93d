// Every row of the criteria, on both sides of both of its boundaries. The figures stand here a
// second time, written from the ordinance's table, so that a slip in rules/ is seen.

import { describe, expect, it } from 'vitest'
import type { Impact } from '../generated/report.gen.ts'
import { classify } from './classify.ts'
import { afterStart, exampleReport, ruleSetOf } from './example-report.ts'

type Row = [
  id: string,
  service: Impact['service'],
  subtype: string | undefined,
  hours: number,
  users: number,
]

const common: Row[] = [
  ['serious.voiceEmergency.1h', 'voiceEmergencyCapable', 'volte', 1, 30_000],
  ['serious.voiceEmergency.1h', 'publicPhone', undefined, 1, 30_000],
  ['serious.voiceOther.2h', 'voiceOther', 'ipPhone050', 2, 30_000],
  ['serious.voiceOther.1h', 'voiceOther', 'freeVoice', 1, 100_000],
  ['serious.lpwa.12h', 'lpwa', undefined, 12, 30_000],
  ['serious.lpwa.2h', 'lpwa', 'cellular', 2, 1_000_000],
  ['serious.freeInternet.24h', 'freeInternet', undefined, 24, 100_000],
  ['serious.freeInternet.12h', 'freeInternet', 'general', 12, 1_000_000],
  ['serious.general.2h', 'mobileData', 'lte', 2, 30_000],
  ['serious.general.2h', 'sms', undefined, 2, 30_000],
  ['serious.general.2h', 'isp', undefined, 2, 30_000],
  ['serious.general.2h', 'satelliteOrSubmarine', 'satellite', 2, 30_000],
]
const rows: [edition: string, ...Row][] = [
  ...['2015', '2025'].flatMap((edition) =>
    common.map((row): [string, ...Row] => [edition, ...row]),
  ),
  ['2015', 'serious.general.1h', 'fixedBroadband', 'fttx', 1, 1_000_000],
  ['2025', 'serious.general.1h', 'fixedBroadband', 'fttx', 1, 100_000],
  ['2025', 'serious.freeMessaging.4h', 'freeInternet', 'messagingLarge', 4, 100_000],
  ['2025', 'serious.freeMessaging.2h', 'freeInternet', 'messagingLarge', 2, 1_000_000],
]

function fired(edition: string, seconds: number, impact: Partial<Impact>): string[] {
  const report = exampleReport({
    impacts: [
      {
        service: 'voiceEmergencyCapable',
        effect: 'unavailable',
        users: { qualifier: 'unknown' },
        ...impact,
      },
    ],
  })
  return classify(report, { ruleSet: ruleSetOf(edition), now: afterStart(seconds) }).level.ruleIds
}

describe.each(rows)('%s %s for %s (%s), %i h and %i users', (edition, ...row) => {
  const [id, service, subtype, hours, users] = row
  const seconds = hours * 3600
  const impact = (value: number): Partial<Impact> => ({
    service,
    ...(subtype === undefined ? {} : { subtype }),
    users: { value, qualifier: 'exact' },
  })

  it('is met when both figures are reached exactly', () => {
    expect(fired(edition, seconds, impact(users))).toContain(id)
  })

  it('is not met one second early or one user short', () => {
    expect(fired(edition, seconds - 1, impact(users))).not.toContain(id)
    expect(fired(edition, seconds * 10, impact(users - 1))).not.toContain(id)
  })
})

describe('criteria of a serious accident', () => {
  it.each(['2015', '2025'])(
    'of %s stop a facility of all traffic for two hours, whatever the users',
    (edition) => {
      const impact: Partial<Impact> = { service: 'satelliteOrSubmarine' }
      expect(fired(edition, 7200, impact)).toContain('serious.importantFacility.2h')
      expect(fired(edition, 7199, impact)).not.toContain('serious.importantFacility.2h')
      expect(fired(edition, 7200, { ...impact, effect: 'degraded' })).not.toContain(
        'serious.importantFacility.2h',
      )
    },
  )

  it.each(['degraded', 'intermittent'] as const)('count %s like a stop', (effect) => {
    expect(fired('2015', 3600, { effect, users: { value: 30_000, qualifier: 'exact' } })).toContain(
      'serious.voiceEmergency.1h',
    )
  })

  it.each(['reducedRedundancy', 'none'] as const)('do not count %s', (effect) => {
    expect(
      fired('2015', 360_000, { effect, users: { value: 5_000_000, qualifier: 'exact' } }),
    ).toEqual(['advisory.noImpact'])
  })

  it.each(['about', 'atLeast', 'atMost'] as const)(
    'take a figure that is %s as it stands',
    (qualifier) => {
      expect(fired('2015', 3600, { users: { value: 30_000, qualifier } })).toContain(
        'serious.voiceEmergency.1h',
      )
      expect(fired('2015', 3600, { users: { value: 29_999, qualifier } })).not.toContain(
        'serious.voiceEmergency.1h',
      )
    },
  )

  it.each([
    ['country', [{ type: 'country' as const }], true],
    ['prefecture', [{ type: 'prefecture' as const, code: '13' }], true],
    ['region', [{ type: 'region' as const, name: '東北', prefectures: ['02', '03'] }], true],
    ['municipality', [{ type: 'municipality' as const, code: '131016' }], false],
    ['text', [{ type: 'text' as const, name: '全国' }], false],
  ])('with unknown users of emergency-capable voice over a %s', (_, areas, met) => {
    expect(fired('2015', 3600, { areas }).includes('serious.voiceEmergency.1h')).toBe(met)
    expect(fired('2015', 7200, { areas, service: 'mobileData' })).not.toContain(
      'serious.general.2h',
    )
  })

  it('take the higher of an unconfirmed figure and the figure for unknown', () => {
    const areas = [{ type: 'country' as const }]
    const users = (value: number) => ({ value, qualifier: 'unknown' as const })
    expect(fired('2015', 60, { areas, users: users(5) })).toContain('significant.users')
    expect(fired('2015', 60, { areas, users: users(1_000_000) })).toContain('crisis.users')
  })

  it('never add impacts up: 999,999 and 999,999 of one service and effect stay two impacts', () => {
    const impact: Impact = {
      service: 'mobileData',
      effect: 'unavailable',
      users: { value: 999_999, qualifier: 'exact' },
    }
    const report = exampleReport({ impacts: [impact, impact, { ...impact, effect: 'degraded' }] })
    const { level } = classify(report, { ruleSet: ruleSetOf('2015'), now: afterStart(3600) })
    expect(level.value).toBe(2)
  })

  it('do not apply to planned work and planned demand', () => {
    for (const kind of ['maintenance', 'plannedDemand'] as const) {
      const report = exampleReport({
        kind,
        state: 'inProgress',
        impacts: [
          { service: 'isp', effect: 'unavailable', users: { value: 900_000, qualifier: 'exact' } },
        ],
      })
      const result = classify(report, { ruleSet: ruleSetOf('2015'), now: afterStart(360_000) })
      expect(result.level.ruleIds).toEqual(['minor.impact'])
      expect(result.legalClasses).toEqual([])
    }
  })
})
