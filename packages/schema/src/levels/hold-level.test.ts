import { describe, expect, it } from 'vitest'
import type { ClassifiableReport } from './classification.ts'
import { classify } from './classify.ts'
import { afterStart, exampleReport, ruleSetOf } from './example-report.ts'

const ruleSet = ruleSetOf('2015')
const now = afterStart(60)
const before = { level: 3, revision: 2 }
const minor = exampleReport()

function assess(report: ClassifiableReport, held?: { level: number; revision: number }) {
  return classify(report, { ruleSet, now, before: held })
}

describe('a level', () => {
  it('does not fall while the incident is open, and says why it stays', () => {
    const { level } = assess(minor, before)
    const alone = assess(minor).level
    expect(alone.value).toBeLessThan(3)
    expect(level.value).toBe(3)
    expect(level.ruleIds).toEqual(['level.held', ...alone.ruleIds])
    expect(level.reasons.slice(1)).toEqual(alone.reasons)
    expect(level.reasons[0]).toMatchObject({ level: 3, text: { ja: /第2報/u } })
  })

  it.each(['restored', 'closed', 'withdrawn', 'completed', 'cancelled'] as const)(
    'falls when the incident ends as %s',
    (state) => {
      const ended = exampleReport({ state, restoredAt: { at: now, precision: 'exact' } })
      expect(assess(ended, before)).toEqual(assess(ended))
    },
  )

  it.each([0, 1])('that was not higher before (%i) leaves no trace', (level) => {
    expect(assess(minor, { level, revision: 1 })).toEqual(assess(minor))
  })
})

describe('a level that is held', () => {
  it('brings the deadlines of that level, not those of the lower one', () => {
    const due = (held?: { level: number; revision: number }) =>
      Object.fromEntries(assess(minor, held).deadlines.map(({ kind, dueAt }) => [kind, dueAt]))
    expect(due(before)).toMatchObject({
      firstNoticePeers: '2026-04-01T10:15:00+09:00',
      updatePeers: '2026-04-01T10:30:00+09:00',
      updatePublic: '2026-04-01T11:00:00+09:00',
    })
    expect(due()).toMatchObject({ updatePeers: '2026-04-01T14:00:00+09:00' })
    expect(due()).not.toHaveProperty('updatePublic')
  })

  it('brings no duty of the law by itself: no threshold is met', () => {
    const kinds = assess(minor, { level: 4, revision: 1 }).deadlines.map(({ kind }) => kind)
    expect(kinds).not.toContain('regulatorDetailed30Days')
  })

  it('counts down to no rule that would not raise it', () => {
    const rising = assess(minor, before).countdown.filter((entry) => !('legalClass' in entry))
    expect(rising.filter((entry) => entry.level <= 3)).toEqual([])
  })
})
