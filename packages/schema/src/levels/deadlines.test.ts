import { describe, expect, it } from 'vitest'
import type { ClassifiableReport, Deadline } from './classification.ts'
import { classify } from './classify.ts'
import { afterStart, exampleReport, ruleSetOf, startAt } from './example-report.ts'

const ruleSet = ruleSetOf('2015')

function owed(members: Partial<ClassifiableReport>, now = afterStart(60)): Record<string, string> {
  const { deadlines } = classify(exampleReport(members), { ruleSet, now })
  return Object.fromEntries(deadlines.map((deadline) => [deadline.kind, deadline.dueAt]))
}

const users = (value: number): Partial<ClassifiableReport> => ({
  impacts: [
    {
      service: 'voiceEmergencyCapable',
      effect: 'unavailable',
      users: { value, qualifier: 'exact' },
    },
  ],
})

describe('first notices', () => {
  it.each([
    [1, users(10), '11:00:00', undefined],
    [2, users(30_000), '10:30:00', '10:30:00'],
    [4, users(1_000_000), '10:10:00', '10:30:00'],
  ])('of level %i run from occurrence', (_, members, peers, publicNotice) => {
    const due = owed(members)
    expect(due.firstNoticePeers).toBe(`2026-04-01T${peers}+09:00`)
    expect(due.firstNoticePublic).toBe(
      publicNotice === undefined ? undefined : `2026-04-01T${publicNotice}+09:00`,
    )
  })

  it('do not move when the report comes late: what is past stays past', () => {
    const due = owed(users(30_000), afterStart(86_400))
    expect(due.firstNoticePublic).toBe('2026-04-01T10:30:00+09:00')
  })

  it('run from detection when the time of occurrence is unknown', () => {
    const due = owed({
      ...users(30_000),
      occurredAt: { at: startAt, precision: 'unknown' },
      detectedAt: { at: afterStart(600), precision: 'exact' },
    })
    expect(due.firstNoticePublic).toBe('2026-04-01T10:40:00+09:00')
  })
})

describe('updates', () => {
  it.each([
    [users(10), '2026-04-01T14:00:00+09:00', undefined],
    [users(30_000), '2026-04-01T11:00:00+09:00', '2026-04-01T11:00:00+09:00'],
    [users(1_000_000), '2026-04-01T10:15:00+09:00', '2026-04-01T11:00:00+09:00'],
  ])('run from the instant for which the report holds', (members, peers, publicUpdate) => {
    const due = owed(members)
    expect(due.updatePeers).toBe(peers)
    expect(due.updatePublic).toBe(publicUpdate)
  })

  it('to the public rest at night, to peers they do not', () => {
    const asOf = { at: '2026-04-01T21:30:00+09:00', precision: 'exact' } as const
    const due = owed({ ...users(30_000), asOf }, asOf.at)
    expect(due.updatePublic).toBe('2026-04-02T06:00:00+09:00')
    expect(due.updatePeers).toBe('2026-04-01T22:00:00+09:00')
  })

  it.each(['restored', 'closed', 'withdrawn'] as const)(
    'are not owed once the state is %s',
    (state) => {
      const due = owed({
        ...users(30_000),
        state,
        restoredAt: { at: afterStart(30), precision: 'exact' },
      })
      expect(due).not.toHaveProperty('updatePeers')
      expect(due).not.toHaveProperty('updatePublic')
    },
  )

  it.each(['partiallyRestored', 'equipmentRestored', 'monitoring'] as const)(
    'are owed while %s',
    (state) => {
      expect(owed({ ...users(30_000), state })).toHaveProperty('updatePeers')
    },
  )
})

describe('reports to the ministry', () => {
  const serious = (members: Partial<ClassifiableReport> = {}) =>
    owed({ ...users(30_000), ...members }, afterStart(3600))

  it('are a prompt one 60 min after the fault became serious and a detailed one in 30 days', () => {
    expect(serious()).toMatchObject({
      regulatorFirst: '2026-04-01T12:00:00+09:00',
      regulatorDetailed30Days: '2026-05-01T23:59:59+09:00',
      quarterly: '2026-08-31T23:59:59+09:00',
    })
  })

  it('are not owed below the threshold, except for the quarter', () => {
    const due = owed(users(30_000), afterStart(3599))
    expect(due).not.toHaveProperty('regulatorFirst')
    expect(due).not.toHaveProperty('regulatorDetailed30Days')
    expect(due).toHaveProperty('quarterly')
    expect(owed(users(29_999), afterStart(7199))).not.toHaveProperty('quarterly')
    expect(owed(users(29_999), afterStart(7200))).toHaveProperty('quarterly')
  })

  it.each(['exercise', 'test'] as const)('are never owed for an %s', (messageStatus) => {
    const { deadlines } = classify(exampleReport({ ...users(30_000), messageStatus }), {
      ruleSet,
      now: afterStart(3600),
    })
    expect(deadlines.map((deadline: Deadline) => deadline.audience)).not.toContain('regulator')
  })

  it('are not detailed while the threshold is only forecast', () => {
    const due = owed({
      ...users(30_000),
      estimate: [{ target: afterStart(7200), confidence: 'low' }],
    })
    expect(due.regulatorFirst).toBe('2026-04-01T12:00:00+09:00')
    expect(due).not.toHaveProperty('regulatorDetailed30Days')
  })

  it('count three months for a restriction that protects priority calls', () => {
    const due = owed(
      {
        ...users(30_000),
        occurredAt: { at: '2026-11-30T10:00:00+09:00', precision: 'exact' },
        controls: [
          {
            kind: 'callPercentage',
            trafficType: 'voice',
            blockedPercentMax: 30,
            from: '2026-11-30T10:00:00+09:00',
          },
        ],
      },
      '2026-11-30T12:00:00+09:00',
    )
    expect(due.priorityReview3Months).toBe('2027-02-28T23:59:59+09:00')
  })

  it('ask for a near miss only when it is suspected and touches two prefectures', () => {
    const two = { areas: [{ type: 'region' as const, name: '関東', prefectures: ['13', '14'] }] }
    expect(owed({ ...two, state: 'suspected' }).nearMiss30Days).toBe('2026-05-01T23:59:59+09:00')
    expect(owed({ ...two, state: 'investigating' })).not.toHaveProperty('nearMiss30Days')
    expect(owed({ state: 'suspected' })).not.toHaveProperty('nearMiss30Days')
  })
})

describe('planned work', () => {
  const work = (
    priority: boolean,
    state: 'planned' | 'inProgress',
  ): Partial<ClassifiableReport> => ({
    kind: 'maintenance',
    state,
    impacts: [],
    interconnect: { priorityTrafficInterrupted: priority },
    window: { start: '2028-03-05T01:00:00+09:00', end: '2028-03-05T05:00:00+09:00' },
  })

  it('owes peers ten days, and notice before the start when priority traffic is interrupted', () => {
    expect(owed(work(true, 'planned'))).toEqual({
      advanceNotice10Days: '2028-02-24T23:59:59+09:00',
      advanceNoticePriority: '2028-03-05T01:00:00+09:00',
    })
    expect(owed(work(false, 'planned'))).not.toHaveProperty('advanceNoticePriority')
  })

  it('owes no advance notice once it is under way', () => {
    expect(owed(work(true, 'inProgress'))).toEqual({})
  })
})

describe('deadlines', () => {
  it('come soonest first, each with its basis, source and words', () => {
    const { deadlines } = classify(exampleReport(users(30_000)), { ruleSet, now: afterStart(3600) })
    const instants = deadlines.map((deadline) => Date.parse(deadline.dueAt))
    expect(instants).toEqual(instants.toSorted((a, b) => a - b))
    for (const deadline of deadlines) {
      expect(deadline.dueAt).toMatch(/\+09:00$/)
      expect(deadline.source).not.toBe('')
      expect(deadline.text.ja).not.toBe('')
    }
  })
})
