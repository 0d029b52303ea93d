import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { readIdempotency } from './idempotency-key.ts'

const vault = { digest: (text: Buffer) => hash('sha256', text, 'buffer') }

function read(key: string | undefined, members: object = {}) {
  const request = {
    headers: { 'idempotency-key': key },
    method: 'POST',
    url: '/v1/reports',
    rawBody: Buffer.from('{}'),
    ...members,
  }
  return readIdempotency(request as unknown as FastifyRequest, vault)
}

test('no header is no key', () => {
  expect(read(undefined)).toBeUndefined()
})

test.each([
  ['"a"', 'a'],
  ['a', 'a'],
  ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ["!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "!#$%&'()*+,-./:;<=>?@[]^_`{|}~"],
  [`"${'k'.repeat(255)}"`, 'k'.repeat(255)],
])('%s is the key %s', (header, key) => {
  expect(read(header)?.key).toBe(key)
})

test.each(['', '""', '"', '"a', 'a"', 'a b', '"a b"', 'a\tb', 'é', '"a";v=1', 'k'.repeat(256)])(
  '%j is refused',
  (header) => {
    expect(() => read(header)).toThrow('Idempotency-Key')
  },
)

describe('the fingerprint', () => {
  const print = (members: object = {}) => read('"k"', members)?.fingerprint.toString('hex')
  const headers = (ifMatch: string) => ({
    headers: { 'idempotency-key': '"k"', 'if-match': ifMatch },
  })

  test('is that of the request, whatever the key', () => {
    expect(print()).toBe(read('"other"')?.fingerprint.toString('hex'))
    expect(print()).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each([
    ['the body', { rawBody: Buffer.from('{} ') }],
    ['the address', { url: '/v1/reports/1/revisions' }],
    ['the method', { method: 'PUT' }],
    ['the precondition', headers('"1"')],
  ])('differs when %s does', (_, members) => {
    expect(print(members)).not.toBe(print())
  })

  test('keeps its parts apart', () => {
    expect(print(headers('"1"'))).not.toBe(print(headers('"11"')))
  })
})
