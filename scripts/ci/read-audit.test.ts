// What npm says of known weaknesses, in the forms in which it says it.

import { expect, test } from 'vitest'
import { readAudit } from './read-audit.ts'

test('names each package with its range and how bad it is', () => {
  const vulnerabilities = {
    brittle: { name: 'brittle', severity: 'high', range: '<2.0.1', via: [], effects: [] },
    leaky: { name: 'leaky', severity: 'low', range: '*', via: ['brittle'], effects: [] },
  }
  expect(readAudit(JSON.stringify({ auditReportVersion: 2, vulnerabilities }))).toEqual({
    findings: ['brittle <2.0.1: high', 'leaky *: low'],
  })
})

test('finds nothing where there is nothing', () => {
  expect(readAudit('{ "auditReportVersion": 2, "vulnerabilities": {} }')).toEqual({ findings: [] })
})

test.each([
  ['a registry without the address', '405', { statusCode: 405, uri: 'https://registry.example/x' }],
  [
    'a registry that is away',
    'ENOTFOUND',
    { error: { code: 'ENOTFOUND', summary: 'registry.example' } },
  ],
])('takes %s for a skip, and does not name it', (_, why, said) => {
  const answer = readAudit(JSON.stringify(said))
  expect(answer).toEqual({ skipped: `the registry does not answer npm audit (${why})` })
})

test('takes words for a skip, not for a pass', () => {
  expect(readAudit('npm error audit')).toHaveProperty('skipped')
  expect(readAudit('')).toHaveProperty('skipped')
})
