import { describe, expect, it } from 'vitest'
import type { Impact } from '../generated/report.gen.ts'
import type { ClassifiableReport, Countdown } from './classification.ts'
import { classify } from './classify.ts'
import { afterStart, exampleReport, ruleSetOf } from './example-report.ts'

const ruleSet = ruleSetOf('2015')

function countdown(members: Partial<ClassifiableReport>, seconds: number): Countdown[] {
  return classify(exampleReport(members), { ruleSet, now: afterStart(seconds) }).countdown
}

const voice = (value: number, part: Partial<Impact> = {}): Partial<ClassifiableReport> => ({
  impacts: [
    {
      service: 'voiceEmergencyCapable',
      effect: 'unavailable',
      users: { value, qualifier: 'exact' },
      ...part,
    },
  ],
})

describe('the countdown to a serious accident', () => {
  it.each([
    [0, 60],
    [1, 60],
    [60, 59],
    [3540, 1],
    [3599, 1],
  ])('after %i s says %i min, rounded up', (seconds, minutesLeft) => {
    expect(countdown(voice(30_000), seconds)).toMatchObject([
      {
        ruleId: 'serious.voiceEmergency.1h',
        legalClass: 'voiceEmergency',
        level: 3,
        pointer: '/impacts/0',
        at: '2026-04-01T11:00:00+09:00',
        minutesLeft,
        text: {
          ja: `重大な事故まで${String(minutesLeft)}分(緊急通報を取り扱う音声伝送役務、1時間以上かつ3万以上)`,
        },
      },
    ])
  })

  it('is over once the criterion of the class is met', () => {
    expect(countdown(voice(30_000), 3600)).toEqual([])
    expect(countdown(voice(100_000, { service: 'voiceOther' }), 3600)).toEqual([])
  })

  it('says how many users are missing where time is not enough, also after the hours have passed', () => {
    expect(countdown(voice(99_999, { service: 'voiceOther' }), 60)).toMatchObject([
      { ruleId: 'serious.voiceOther.2h', minutesLeft: 119 },
      { ruleId: 'serious.voiceOther.1h', missing: { users: 1 } },
    ])
    expect(countdown(voice(29_000), 36_000)).toMatchObject([
      {
        ruleId: 'serious.voiceEmergency.1h',
        missing: { users: 1000 },
        text: {
          ja: '利用者があと1,000で重大な事故の対象(緊急通報を取り扱う音声伝送役務、1時間以上かつ3万以上)',
        },
      },
    ])
  })

  it('says what raises the level by time alone, and not what would leave it as it is', () => {
    const [first] = countdown(voice(10), 60)
    expect(first).toMatchObject({
      ruleId: 'significant.duration',
      level: 2,
      at: '2026-04-01T12:00:00+09:00',
      minutesLeft: 119,
      text: { ja: 'レベル2まで119分', en: '119 min to level 2' },
    })
    const rules = countdown(voice(30_000), 60).map((entry) => entry.ruleId)
    expect(rules).toEqual(['serious.voiceEmergency.1h'])
  })

  it('comes true at the instant it names', () => {
    for (const entry of countdown(voice(50_000, { service: 'isp' }), 60)) {
      if (!('at' in entry)) continue
      const report = exampleReport(voice(50_000, { service: 'isp' }))
      expect(classify(report, { ruleSet, now: entry.at }).level.ruleIds).toContain(entry.ruleId)
    }
    expect.assertions(1)
  })

  it('stops for an impact that ends before, and stands for one that ends at that very second', () => {
    expect(countdown(voice(30_000, { until: afterStart(3599) }), 60)).toEqual([])
    expect(countdown(voice(30_000, { until: afterStart(3600) }), 60)).toMatchObject([
      { ruleId: 'serious.voiceEmergency.1h' },
    ])
  })

  it('is empty for what is restored, withdrawn or planned', () => {
    for (const state of ['restored', 'withdrawn', 'planned'] as const) {
      const restoredAt = { at: afterStart(30), precision: 'exact' as const }
      expect(countdown({ ...voice(30_000), state, restoredAt }, 60)).toEqual([])
    }
  })

  it('runs for each impact by its own beginning', () => {
    const impacts = [
      ...voice(30_000).impacts!,
      ...voice(40_000, { from: afterStart(600), effect: 'degraded' }).impacts!,
    ]
    expect(countdown({ impacts }, 1200)).toMatchObject([
      { pointer: '/impacts/0', minutesLeft: 40 },
      { pointer: '/impacts/1', minutesLeft: 50 },
    ])
  })
})
