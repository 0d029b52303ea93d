import { describe, expect, test } from 'vitest'
import {
  audienceOf,
  audiences,
  mayAudienceKnow,
  narrower,
  tlpRank,
  type ViewerKind,
  wider,
} from './audience.ts'

const labels = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'] as const

describe('an organisation sees a report', () => {
  test.each<[ViewerKind, string]>([
    ['carrier', 'peer'],
    ['mvno', 'mvno'],
    ['vendor', 'vendor'],
    ['contractor', 'vendor'],
    ['government', 'regulator'],
    ['emergencyAgency', 'regulator'],
    ['ceptoar', 'ceptoar'],
    ['media', 'public'],
  ])('of kind %s as %s, and its own as owner', (organisationKind, audience) => {
    const viewer = { organisationId: 'example-one', organisationKind }
    expect(audienceOf(viewer, 'example-other')).toBe(audience)
    expect(audienceOf(viewer, 'example-one')).toBe('owner')
  })
})

describe('of two labels', () => {
  test.each(labels.flatMap((a, at) => labels.map((b, to) => [a, b, at, to] as const)))(
    '%s and %s the narrower and the wider are told apart',
    (a, b, at, to) => {
      expect(narrower(a, b)).toBe(labels[Math.max(at, to)])
      expect(wider(a, b)).toBe(labels[Math.min(at, to)])
      expect(tlpRank(a) <= tlpRank(b)).toBe(at <= to)
    },
  )

  test('one that nobody knows counts as the narrowest', () => {
    expect(tlpRank('TLP:ORANGE')).toBe(tlpRank('TLP:RED'))
    expect(narrower('TLP:ORANGE', 'TLP:AMBER+STRICT')).toBe('TLP:RED')
    expect(wider('TLP:ORANGE', 'TLP:AMBER')).toBe('TLP:AMBER')
  })
})

test.each(audiences)('an exercise or a test is known to %s unless that is the public', (who) => {
  expect(mayAudienceKnow(who, 'actual')).toBe(true)
  expect(mayAudienceKnow(who, 'exercise')).toBe(who !== 'public')
  expect(mayAudienceKnow(who, 'test')).toBe(who !== 'public')
})
