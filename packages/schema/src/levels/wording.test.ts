import { describe, expect, it } from 'vitest'
import type { Impact, Users } from '../generated/report.gen.ts'
import { exampleReport, afterStart, ruleSetOf } from './example-report.ts'
import { gatherFacts } from './facts.ts'
import { parseInstant } from './jst.ts'
import { fill, formatNumber, impactWords } from './wording.ts'

function words(part: Partial<Impact>) {
  const report = exampleReport({
    impacts: [{ ...exampleReport().impacts[0]!, ...part }],
    areas: [{ type: 'country' }],
  })
  const facts = gatherFacts(report, ruleSetOf('2015'), parseInstant(afterStart(4860)))
  return impactWords(facts.impacts[0]!, facts)
}

describe('words', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [30_000, '30,000'],
    [1_000_000, '1,000,000'],
    [39_150_000, '39,150,000'],
  ])('write %i as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })

  it.each([
    [{ value: 250_000, qualifier: 'exact' }, '250,000', '250,000'],
    [{ value: 250_000, qualifier: 'about' }, '約250,000', 'about 250,000'],
    [{ value: 250_000, qualifier: 'atLeast' }, '250,000以上', 'at least 250,000'],
    [{ value: 250_000, qualifier: 'atMost' }, '最大250,000', 'at most 250,000'],
    [{ value: 250_000, qualifier: 'unknown' }, '250,000(確度不明)', '250,000 (unconfirmed)'],
    [{ qualifier: 'unknown' }, '不明(30,000以上とみなす)', 'unknown, taken as 30,000 or more,'],
  ] as [Users, string, string][])('keep the qualifier of a count', (users, ja, en) => {
    expect(words({ users }).users).toEqual({ ja, en })
  })

  it('say unknown for a count that stays unknown', () => {
    expect(words({ service: 'isp', users: { qualifier: 'unknown' } }).users?.ja).toBe('不明')
  })

  it('name the subtype where the list knows it, and else the service', () => {
    expect(words({ subtype: 'volte' }).service?.ja).toBe('携帯電話(VoLTE)')
    expect(words({ subtype: 'somethingNew' }).service?.ja).toBe('音声通話(緊急通報可)')
  })

  it('say how long and since when', () => {
    expect(words({}).duration).toEqual({
      ja: '1時間21分(発生から)',
      en: '1 h 21 min (since occurrence)',
    })
    expect(words({ from: afterStart(4000) }).duration?.ja).toBe('14分(影響の開始から)')
  })

  it('fill what they know and leave the rest as it stands', () => {
    const values = { a: { ja: '甲', en: 'A' } }
    expect(fill({ ja: '{a}と{b}', en: '{a} and {' }, values)).toEqual({
      ja: '甲と{b}',
      en: 'A and {',
    })
  })
})
