import { describe, expect, test } from 'vitest'
import { schemas } from '../report/schemas.ts'
import { parseAgreementEnding, parseAgreementProposal } from './parse-agreement.ts'

const [example] = schemas.agreement.$defs.agreementProposal.examples
const proposer = 'example-mobile'

function faultsOf(validFrom: string, validUntil: string, now = validFrom): string[] {
  const terms = { proposer, now: new Date(now), yearsMax: 5 }
  const parsed = parseAgreementProposal({ ...example, validFrom, validUntil }, terms)
  return parsed.ok ? [] : parsed.faults.map(({ pointer, rule }) => `${pointer} ${rule}`)
}

describe('the validity of a proposal', () => {
  test.each([
    ['five years', '2026-04-01T00:00:00+09:00', '2031-04-01T00:00:00+09:00'],
    ['five years over a leap day', '2027-03-01T00:00:00+09:00', '2032-03-01T00:00:00+09:00'],
    ['a leap day to 1 March', '2028-02-29T00:00:00+09:00', '2033-03-01T00:00:00+09:00'],
    ['year end to year end', '2026-12-31T23:59:59+09:00', '2031-12-31T23:59:59+09:00'],
  ])('may be %s and not a second more', (_, from, until) => {
    expect(faultsOf(from, until)).toEqual([])
    const after = new Date(Date.parse(until) + 1000).toISOString()
    expect(faultsOf(from, after)).toEqual(['/validUntil validity.length'])
  })

  test('may begin a day ago, not earlier', () => {
    const [now, until] = ['2026-08-02T00:00:00Z', '2027-01-01T00:00:00Z']
    expect(faultsOf('2026-08-01T00:00:00Z', until, now)).toEqual([])
    expect(faultsOf('2026-07-31T23:59:59Z', until, now)).toEqual(['/validFrom validity.past'])
  })

  test('must end after now and after it begins', () => {
    const at = '2026-08-02T00:00:00Z'
    expect(faultsOf('2026-08-01T12:00:00Z', at, at)).toEqual(['/validUntil validity.past'])
    const later = '2026-09-02T00:00:00Z'
    expect(faultsOf(later, later, at)).toEqual(['/validUntil validity.order'])
  })
})

test('an ending needs a reason and nothing else', () => {
  expect(parseAgreementEnding({ reason: 'NDA ended' }).ok).toBe(true)
  for (const wrong of [{}, { reason: '' }, { reason: 'x', until: 'y' }, null, 'now']) {
    expect(parseAgreementEnding(wrong).ok).toBe(false)
  }
})
