// When clocks start and stop, and what the reporter's own estimates foresee.

import { describe, expect, it } from 'vitest'
import type { Impact } from '../generated/report.gen.ts'
import type { ClassifiableReport } from './classification.ts'
import { classify } from './classify.ts'
import { afterStart, exampleReport, ruleSetOf, startAt } from './example-report.ts'

describe('the clock', () => {
  const ruleSet = ruleSetOf('2015')
  const duration = (members: Partial<ClassifiableReport>, at: number) => {
    const result = classify(exampleReport(members), { ruleSet, now: afterStart(at) })
    return result.legalClasses[0]?.durationSeconds
  }
  const detectedAt = { at: afterStart(600), precision: 'exact' as const }

  it('runs from occurrence, and from detection when that is absent or of unknown precision', () => {
    expect(duration({ detectedAt }, 3600)).toBe(3600)
    expect(duration({ detectedAt, occurredAt: { at: startAt, precision: 'about' } }, 3600)).toBe(
      3600,
    )
    expect(duration({ detectedAt, occurredAt: { at: startAt, precision: 'unknown' } }, 3600)).toBe(
      3000,
    )
    const { occurredAt: _, ...report } = exampleReport({ detectedAt })
    const result = classify(report, { ruleSet, now: afterStart(7800) })
    expect(result.clock).toEqual({ startedAt: '2026-04-01T10:10:00+09:00', from: 'detectedAt' })
    const reason = result.level.reasons.find((entry) => entry.ruleId === 'significant.duration')
    expect(reason?.text.ja).toContain('2時間0分(発生時刻が不明のため検知から)')
    expect(reason?.text.en).toContain('since detection')
  })

  it.each([
    ['restored', 1800],
    ['closed', 1800],
    ['monitoring', 1800],
    ['equipmentRestored', 3600],
    ['partiallyRestored', 3600],
    ['mitigating', 3600],
  ] as const)('in state %s with a restoration after 1,800 s shows %i s', (state, shown) => {
    expect(
      duration({ state, restoredAt: { at: afterStart(1800), precision: 'exact' } }, 3600),
    ).toBe(shown)
  })

  it('stops at the instant the report holds for when the time of restoration is not known', () => {
    const asOf = { at: afterStart(2400), precision: 'exact' as const }
    expect(duration({ state: 'restored', asOf }, 3600)).toBe(2400)
    const restoredAt = { at: afterStart(60), precision: 'unknown' as const }
    expect(duration({ state: 'restored', asOf, restoredAt }, 3600)).toBe(2400)
  })

  it('of an impact is its own from and until, where it has them', () => {
    const impacts = (part: Partial<Impact>) => [{ ...exampleReport().impacts[0]!, ...part }]
    expect(duration({ impacts: impacts({ from: afterStart(-600) }) }, 3600)).toBe(4200)
    expect(duration({ impacts: impacts({ until: afterStart(900) }) }, 3600)).toBe(900)
    expect(duration({ impacts: impacts({ until: afterStart(-900) }) }, 3600)).toBe(0)
  })

  it('does not make an impact vanish when the reporter runs ahead of us', () => {
    const ahead = { at: afterStart(5), precision: 'exact' as const }
    const report = exampleReport({ occurredAt: ahead, detectedAt: ahead, asOf: ahead })
    expect(classify(report, { ruleSet, now: startAt }).level.value).toBe(1)
    const part = { ...report.impacts[0]!, from: afterStart(5) }
    expect(classify({ ...report, impacts: [part] }, { ruleSet, now: startAt }).level.value).toBe(1)
  })
})

describe('a forecast', () => {
  const ruleSet = ruleSetOf('2015')
  const forecast = (estimate: ClassifiableReport['estimate']) => {
    const impacts = [
      { ...exampleReport().impacts[0]!, users: { value: 30_000, qualifier: 'exact' as const } },
    ]
    const report = exampleReport({ impacts, ...(estimate === undefined ? {} : { estimate }) })
    return classify(report, { ruleSet, now: afterStart(60) }).level.value
  }
  const at = afterStart

  it.each([
    ['no estimate', undefined, 2],
    ['an estimate one second short', [{ target: at(3599), confidence: 'high' }], 2],
    ['an estimate at the hour', [{ target: at(3600), confidence: 'low' }], 3],
    ['the word that nothing is known', [{ confidence: 'unknown' }], 2],
    [
      'a newer, shorter estimate',
      [
        { at: at(30), target: at(1800), confidence: 'high' },
        { at: at(0), target: at(7200), confidence: 'high' },
      ],
      2,
    ],
    [
      'an estimate taken back',
      [
        { at: at(0), target: at(7200), confidence: 'high' },
        { at: at(30), confidence: 'unknown' },
      ],
      2,
    ],
    [
      'another area that takes longer',
      [
        {
          at: at(0),
          target: at(7200),
          confidence: 'high',
          areas: [{ type: 'prefecture', code: '27' }],
        },
        {
          at: at(30),
          target: at(1800),
          confidence: 'high',
          areas: [{ type: 'prefecture', code: '13' }],
        },
      ],
      3,
    ],
  ] as [string, ClassifiableReport['estimate'], number][])('with %s', (_, estimate, level) => {
    expect(forecast(estimate)).toBe(level)
  })

  it('counts the announced end of an impact like an estimate', () => {
    const impacts = [
      {
        ...exampleReport().impacts[0]!,
        users: { value: 30_000, qualifier: 'exact' as const },
        until: at(3600),
      },
    ]
    const { level } = classify(exampleReport({ impacts }), { ruleSet, now: at(60) })
    expect(level.ruleIds).toContain('serious.voiceEmergency.1h.forecast')
    expect(level.reasons[0]?.basis).toBe('proposal')
  })
})
