import { describe, expect, test } from 'vitest'
import type { Report } from '../generated/report.gen.ts'
import type { Audience } from './audience.ts'
import { project } from './project.ts'

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

  function reasonsSeen(report: object, audience: Audience): number {
    const full = { tlp: 'TLP:GREEN', impacts: [impact('sms'), impact('mobileData')], ...report }
    const view = project(full as unknown as Report, audience)
    return view?.level?.reasons?.length ?? 0
  }

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
})
