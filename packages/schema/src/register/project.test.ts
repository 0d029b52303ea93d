// Who sees whose contacts: every kind of organisation, every label, every agreement.

import { describe, expect, test } from 'vitest'
import type { RegisteredContact } from '../generated/contact.gen.ts'
import type { Tlp } from '../generated/report.gen.ts'
import type { ViewerKind } from '../projection/audience.ts'
import type { RuleOf } from '../projection/field-rules.ts'
import { contactFieldRules } from './field-rules.ts'
import { type ContactShare, projectContact, projectOrganisation } from './project.ts'

const labels = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'] as const

const contact = (tlp: Tlp): RegisteredContact => ({
  contactId: '01985a80-1c00-7d11-8a22-3b33c44d55e6',
  revision: 1,
  organisation: 'example-mobile',
  order: 1,
  role: 'nocDuty',
  name: 'NOC当直',
  channels: [{ type: 'phone', value: '+81-3-0000-0000', note: '内線 1' }],
  hours: { kind: 'weekly', windows: [{ days: ['mon'], from: '09:00', until: '18:00' }] },
  languages: ['ja'],
  remark: '夜間は代表番号から',
  tlp,
  validity: { until: '2027-04-01T00:00:00+09:00' },
  confirmedAt: '2026-07-01T10:00:00+09:00',
  confirmedBy: '0011223344556677',
  confirmation: { state: 'overdue', ageDays: 200, dueAt: '2026-09-29T10:00:00+09:00' },
})

const viewer = (organisationKind: ViewerKind, organisationId = 'viewer') => ({
  organisationId,
  organisationKind,
})

const share = (tlpMax: Tlp, fieldSets: ContactShare['fieldSets'] = ['contacts']) => ({
  tlpMax,
  fieldSets,
})

const seen = (kind: ViewerKind, agreed?: ContactShare) =>
  labels.filter((tlp) => projectContact(contact(tlp), viewer(kind), agreed) !== undefined)

describe('who sees a contact, by label and agreement', () => {
  test.each(['carrier', 'government', 'emergencyAgency', 'ceptoar'] as const)('%s', (kind) => {
    expect(seen(kind)).toEqual(labels.slice(0, 2))
    expect(seen(kind, share('TLP:CLEAR'))).toEqual(labels.slice(0, 2))
    expect(seen(kind, share('TLP:AMBER'))).toEqual(labels.slice(0, 3))
    expect(seen(kind, share('TLP:RED'))).toEqual(labels)
    expect(seen(kind, share('TLP:RED', ['traffic']))).toEqual(labels.slice(0, 2))
  })

  test.each(['mvno', 'vendor', 'contractor'] as const)('%s', (kind) => {
    expect(seen(kind)).toEqual([])
    expect(seen(kind, share('TLP:CLEAR'))).toEqual(labels.slice(0, 1))
    expect(seen(kind, share('TLP:AMBER+STRICT'))).toEqual(labels.slice(0, 4))
    expect(seen(kind, share('TLP:RED', ['traffic', 'sensitive']))).toEqual([])
  })

  test('media never', () => {
    expect(seen('media')).toEqual([])
    expect(seen('media', share('TLP:RED'))).toEqual([])
  })

  test('its owner always and whole', () => {
    for (const tlp of labels) {
      const owner = viewer('vendor', 'example-mobile')
      expect(projectContact(contact(tlp), owner, undefined)).toEqual(contact(tlp))
    }
  })

  test('a label that nobody knows counts as the narrowest', () => {
    const odd = contact('TLP:ORANGE' as Tlp)
    expect(projectContact(odd, viewer('carrier'), share('TLP:AMBER'))).toBeUndefined()
  })
})

describe('what is seen of a contact', () => {
  test('is all but the key that confirmed it, with the age of the confirmation', () => {
    const { confirmedBy: _, ...rest } = contact('TLP:GREEN')
    expect(projectContact(contact('TLP:GREEN'), viewer('carrier'), undefined)).toEqual(rest)
    expect(projectContact(contact('TLP:GREEN'), viewer('vendor'), share('TLP:GREEN'))).toEqual(rest)
  })

  test('is no member that the list does not have', () => {
    const more = { ...contact('TLP:GREEN'), secret: 'x', hours: { kind: 'always', secret: 'x' } }
    const view = projectContact(more as RegisteredContact, viewer('carrier', 'viewer'), undefined)
    expect(JSON.stringify(view)).not.toContain('secret')
  })
})

test('a new member of a contact fails the type check until the list has a place for it', () => {
  type Grown = Required<RegisteredContact> & { added: string }
  // @ts-expect-error -- nobody has said who may see the new member
  const rules: RuleOf<Grown> = contactFieldRules
  expect(rules).not.toHaveProperty('added')
})

describe('an organisation', () => {
  const entry = {
    organisationId: 'example-mobile',
    name: 'Example Mobile',
    kind: 'carrier' as const,
    codes: [{ scheme: 'mccMnc' as const, value: '999-99' }],
    revision: 1,
    updatedAt: '2026-07-01T10:00:00+09:00',
  }

  test.each([
    'carrier',
    'mvno',
    'vendor',
    'contractor',
    'government',
    'ceptoar',
    'emergencyAgency',
  ] as const)('is seen by a member that is %s', (kind) => {
    expect(projectOrganisation(entry, viewer(kind))).toEqual(entry)
  })

  test('is not seen by media, but by itself', () => {
    expect(projectOrganisation(entry, viewer('media'))).toBeUndefined()
    expect(projectOrganisation(entry, viewer('media', 'example-mobile'))).toEqual(entry)
  })
})
