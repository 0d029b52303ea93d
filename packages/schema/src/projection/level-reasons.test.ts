import { describe, expect, test } from 'vitest'
import type { Report } from '../generated/report.gen.ts'
import type { Audience } from './audience.ts'
import { project } from './project.ts'
import type { Sight } from './sight.ts'

const sightOf = (audience: Audience): Sight => ({
  audience,
  tlpMax: audience === 'owner' ? 'TLP:RED' : 'TLP:GREEN',
})

describe('a reason for the level', () => {
  const reason = (pointer?: string) => ({
    ruleId: 'rule.x',
    level: 3,
    basis: 'proposal',
    text: { ja: '理由', en: 'reason' },
    ...(pointer !== undefined && { pointer }),
  })
  const impact = (service: string) => ({
    service,
    effect: 'degraded',
    users: { qualifier: 'unknown' },
  })

  function levelSeen(report: object, audience: Audience) {
    const full = { tlp: 'TLP:GREEN', impacts: [impact('sms'), impact('mobileData')], ...report }
    return project(full as unknown as Report, sightOf(audience))?.level
  }

  const reasonsSeen = (report: object, audience: Audience) =>
    levelSeen(report, audience)?.reasons?.length ?? 0

  const level = (...reasons: object[]) => ({ level: { value: 3, ruleIds: ['rule.x'], reasons } })

  test('goes with the part that it speaks of', () => {
    expect(reasonsSeen(level(reason('/impacts/0'), reason()), 'peer')).toBe(2)
  })

  test.each([
    ['the part', '/impacts/0'],
    ['a part above it', '/impacts'],
    ['a part of it', '/impacts/0/users'],
  ])('stays behind when %s is out of reach', (_, pointer) => {
    const markings = [{ pointer, tlp: 'TLP:RED' }]
    const report = { ...level(reason('/impacts/0'), reason('/impacts/1')), markings }
    // Where entries are left out, the others have moved, and no pointer is right any more.
    expect(reasonsSeen(report, 'peer')).toBe(pointer === '/impacts/0/users' ? 1 : 0)
    expect(reasonsSeen(report, 'owner')).toBe(2)
  })

  test('is not taken for that of the entry which moved into its place', () => {
    const markings = [{ pointer: '/impacts/0', tlp: 'TLP:RED' }]
    expect(reasonsSeen({ ...level(reason('/impacts/0')), markings }, 'peer')).toBe(0)
  })

  test('stays behind when its part is nowhere in the report, nor in a place that is no part', () => {
    const { reasons } = levelSeen(
      level(reason('/window/start'), reason('/tlp/0'), reason()),
      'peer',
    )!
    expect(reasons).toEqual([reason()])
  })

  test('speaks of a part under an escaped name, too', () => {
    const extensions = { 'a/b~c': { x: 1 } }
    const report = { ...level(reason('/extensions/a~1b~0c/x')), extensions }
    expect(reasonsSeen(report, 'owner')).toBe(1)
    expect(reasonsSeen(report, 'peer')).toBe(0)
  })

  test.each(['peer', 'mvno', 'public'] as const)(
    'takes the name of its rule with it where it speaks of a part that %s does not see',
    (audience) => {
      const reasons = level(reason('/impacts/0'), { ...reason(), ruleId: 'rule.y' })
      const both = { ...reasons.level, ruleIds: ['rule.x', 'rule.y', 'rule.z'] }
      const markings = [{ pointer: '/impacts/0/users', tlp: 'TLP:RED' }]
      const seen = levelSeen({ level: both, tlp: 'TLP:CLEAR', markings }, audience)
      // A reason that points nowhere may rest on any of them.
      expect(seen).toEqual({ value: 3 })
    },
  )

  test('leaves no empty list behind; a level that has none keeps its own', () => {
    const markings = [{ pointer: '/impacts', tlp: 'TLP:RED' }]
    const hidden = levelSeen({ ...level(reason('/impacts/0')), markings }, 'peer')
    expect(hidden).toEqual({ value: 3 })
    expect(levelSeen(level(), 'peer')).toEqual({ value: 3, ruleIds: ['rule.x'], reasons: [] })
  })
})
