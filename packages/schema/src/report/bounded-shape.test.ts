import type { ValidateFunction } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parseContactImport, parseContactRequest } from '../register/parse-contact.ts'
import { parseOrganisationPatch } from '../register/parse-organisation.ts'
import { parseAgreementProposal } from '../sharing/parse-agreement.ts'
import { boundedShapeFaults } from './bounded-shape.ts'
import { type Fault, faultsMax } from './fault.ts'
import { parseReport } from './parse-report.ts'
import { parseSubscriptionRequest } from './parse-subscription.ts'
import { jsonNodesMax } from './raw-json.ts'
import { schemas } from './schemas.ts'
import { validatorOf } from './validators.ts'

const many = (length: number, item: unknown = {}) => Array.from({ length }, () => item)
const wide = (length: number) => Object.fromEntries(many(length, 0).map((_, at) => [`a${at}`, 0]))
const terms = { proposer: 'example-mobile', now: new Date(0), yearsMax: 5 }

function faultsOf(parsed: { ok: boolean; faults?: Fault[] }): string[] {
  return (parsed.faults ?? []).map(({ pointer, rule }) => `${pointer} ${rule}`)
}

const parsers: readonly [string, (value: unknown) => { ok: boolean; faults?: Fault[] }, string][] =
  [
    ['contact', parseContactRequest, 'channels'],
    ['organisation', parseOrganisationPatch, 'codes'],
    ['agreement', (value) => parseAgreementProposal(value, terms), 'shares'],
    ['report', parseReport, 'areas'],
    ['import', parseContactImport, 'contacts'],
  ]

test.each(parsers.filter(([name]) => name !== 'import'))(
  '%s: a list longer than its schema allows is refused for its length alone',
  (_, parse, list) => {
    expect(faultsOf(parse({ [list]: many(900) }))).toEqual([`/${list} tooMany`])
  },
)

test('a list in a subscription, too', () => {
  const parsed = parseSubscriptionRequest({ filter: { kinds: many(900) } })
  expect(faultsOf(parsed)).toEqual(['/filter/kinds tooMany'])
})

describe.each(parsers)('%s', (_, parse, list) => {
  test('a list beyond all lists is refused for its length alone', () => {
    expect(faultsOf(parse({ [list]: many(20_000) }))).toEqual([`/${list} limit.entries`])
  })

  test('a document of unknown members gets a bounded number of faults', () => {
    const { faults = [] } = parse({ ...wide(900), [list]: many(2, wide(900)) })
    expect(faults.length).toBeGreaterThan(0)
    expect(faults.length).toBeLessThanOrEqual(faultsMax)
  })
})

test('a list that is too long within lists is found where it is', () => {
  const hours = { kind: 'weekly', windows: many(22, 0) }
  expect(faultsOf(parseContactImport({ contacts: [{}, { hours }] }))).toEqual([
    '/contacts/1/hours/windows tooMany',
  ])
})

test('a document of more values than any that is sent is refused for that alone', () => {
  const contacts = many(900, wide(Math.ceil(jsonNodesMax / 900)))
  expect(faultsOf(parseContactImport({ contacts }))).toEqual([' limit.nodes'])
})

test('an import looks at no more entries than are needed to fill the list of faults', () => {
  let seen = 0
  const entry = () =>
    new Proxy({}, { getPrototypeOf: (target) => (seen++, Reflect.getPrototypeOf(target)) })
  const contacts = Array.from({ length: 1000 }, (_, at) => (at < 300 ? {} : entry()))
  const { faults = [] } = parseContactImport({ contacts }) as { faults?: Fault[] }
  expect(faults).toHaveLength(faultsMax)
  expect(seen).toBe(0)
})

describe('the schema validator', () => {
  const real = validatorOf(`${schemas.contact.$id}#/$defs/contactRequest`)
  function counted(value: unknown): number {
    let calls = 0
    const spy = Object.assign((asked: unknown) => {
      calls += 1
      return real(asked)
    }, real) as ValidateFunction
    boundedShapeFaults(value, spy)
    return calls
  }
  test.each([
    ['is asked once about what has the right size', { channels: many(8) }, 1],
    ['is not asked about a list that is too long', { channels: many(9) }, 0],
    ['is not asked about a list beyond all lists', { channels: many(5_000) }, 0],
  ])('%s', (_, value, calls) => {
    expect(counted(value)).toBe(calls)
  })
})
