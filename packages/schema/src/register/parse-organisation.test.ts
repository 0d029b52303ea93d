import { describe, expect, test } from 'vitest'
import { parseOrganisationPatch } from './parse-organisation.ts'

const code = (scheme: string, value: string) => ({ codes: [{ scheme, value }] })

describe('a change to an organisation', () => {
  test.each([
    { name: 'Example Mobile' },
    { nameJa: '例示モバイル', codes: [] },
    code('mccMnc', '999-99'),
    code('mccMnc', '999-999'),
    code('asNumber', 'AS4294967295'),
    code('corporateNumber', '7000012050002'),
    code('carrierIdentification', '0099'),
    code('micRegistration', '関東第00000号'),
    code('other', 'EXM'),
  ])('%j is accepted unchanged', (patch) => {
    expect(parseOrganisationPatch(patch)).toEqual({ ok: true, patch })
  })

  test.each([
    ['nothing in it', {}, ' tooFew'],
    [
      'another kind, which is the operator\u2019s to set',
      { kind: 'carrier' },
      '/kind unknownMember',
    ],
    ['another identifier', { organisationId: 'other' }, '/organisationId unknownMember'],
    ['a control character', { name: 'a\u0000' }, '/name text.unicode'],
    ['a network code of another form', code('mccMnc', '99999'), '/codes/0/value code.mccMnc'],
    [
      'an AS number that is too large',
      code('asNumber', 'AS4294967296'),
      '/codes/0/value code.asNumber',
    ],
    [
      'a corporate number whose check digit is wrong',
      code('corporateNumber', '8000012050002'),
      '/codes/0/value code.corporateNumber',
    ],
    ['a scheme that is none', code('iata', 'EX'), '/codes/0/scheme enum'],
  ])('is refused with %s', (_, value, fault) => {
    const parsed = parseOrganisationPatch(value)
    expect(parsed.ok ? [] : parsed.faults.map(({ pointer, rule }) => `${pointer} ${rule}`)).toEqual(
      [fault],
    )
  })
})
