import { expect, test } from 'vitest'
import { outcomeOf, type SmtpError } from './outcome.ts'

const at = (command: string, responseCode: number, detail = ''): SmtpError => ({
  code: command === 'DATA' ? 'EMESSAGE' : 'EENVELOPE',
  command,
  responseCode,
  response: `${responseCode} ${detail} <noc@example.jp>: secret words`,
})

type Row = readonly [SmtpError, expected: object]

const rows: Row[] = [
  [at('RCPT TO', 421), { result: 'retry', retryAfterMs: 30_000, ours: false }],
  [at('RCPT TO', 450, '4.2.0'), { result: 'retry', retryAfterMs: 60_000, pace: 'normal' }],
  [at('RCPT TO', 451, '4.7.1'), { result: 'retry', retryAfterMs: 60_000, pace: 'normal' }],
  [at('RCPT TO', 452), { result: 'retry', retryAfterMs: 120_000, pace: 'normal' }],
  [at('RCPT TO', 499), { result: 'retry', retryAfterMs: 30_000 }],
  [at('RCPT TO', 250), { result: 'retry' }],
  [at('RCPT TO', 550, '5.1.1'), { result: 'refused', badAddress: true }],
  [at('RCPT TO', 550), { result: 'refused', badAddress: true }],
  [at('RCPT TO', 551), { result: 'refused', badAddress: true }],
  [at('RCPT TO', 553), { result: 'refused', badAddress: true }],
  [at('RCPT TO', 521), { result: 'refused', badAddress: true }],
  [at('RCPT TO', 550, '5.2.1'), { result: 'refused', badAddress: true }],
  [at('RCPT TO', 550, '5.2.2'), { result: 'retry', pace: 'slow', ours: false }],
  [at('RCPT TO', 552), { result: 'retry', pace: 'slow', ours: false }],
  [at('RCPT TO', 550, '5.7.1'), { result: 'retry', ours: true, untried: false, badAddress: false }],
  [at('RCPT TO', 554, '5.7.1'), { result: 'retry', ours: true, badAddress: false }],
  [at('RCPT TO', 554), { result: 'refused', badAddress: false }],
  [at('RCPT TO', 500), { result: 'refused', badAddress: false }],
  [at('MAIL FROM', 550), { result: 'retry', ours: true, untried: true, badAddress: false }],
  [at('MAIL FROM', 451), { result: 'retry', ours: false }],
  [at('DATA', 451), { result: 'retry', retryAfterMs: 60_000 }],
  [at('DATA', 552), { result: 'refused', badAddress: false }],
  [at('DATA', 554), { result: 'refused', badAddress: false }],
  [at('EHLO', 554), { result: 'retry', ours: true }],
  [
    { code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' },
    { result: 'retry', ours: true, untried: true, retryAfterMs: null },
  ],
  [
    { code: 'ETLS', responseCode: 454, command: 'STARTTLS' },
    { result: 'retry', ours: true },
  ],
  [
    { code: 'ETLS' },
    { result: 'retry', ours: true, untried: true, retryAfterMs: null, status: null },
  ],
  [{ code: 'EDNS' }, { result: 'retry', ours: true, untried: true, retryAfterMs: null }],
  [{ code: 'ESOCKET' }, { result: 'retry', ours: true, untried: true, retryAfterMs: null }],
  [{ code: 'ECONNECTION' }, { result: 'retry', ours: true, untried: true, retryAfterMs: null }],
  [{ code: 'ETIMEDOUT' }, { result: 'retry', ours: true, untried: true, retryAfterMs: null }],
  [{ code: 'EABORT' }, { result: 'retry', ours: true, untried: false, retryAfterMs: null }],
  [{ code: 'EPROTOCOL' }, { result: 'retry', ours: true, untried: true, retryAfterMs: null }],
  [
    { code: 'EENVELOPE', command: 'API' },
    { result: 'refused', badAddress: true },
  ],
  [
    { code: 'EMESSAGE', command: 'MAIL FROM' },
    { result: 'refused', badAddress: false },
  ],
  [{}, { result: 'retry', ours: true }],
]

test.each(rows)('%o has the outcome %o', (error, expected) => {
  expect(outcomeOf(error)).toMatchObject(expected)
})

test('no code from 200 to 599 at any step is without an outcome, and none shows the words of the server', () => {
  for (let code = 200; code < 600; code += 1) {
    for (const command of ['CONN', 'EHLO', 'MAIL FROM', 'RCPT TO', 'DATA']) {
      const { result, reason, status } = outcomeOf(at(command, code, '5.1.1'))
      expect(['retry', 'refused']).toContain(result)
      expect(reason).not.toMatch(/noc|secret/)
      expect(status).toBe(code)
    }
  }
})

test('a reason names both codes', () => {
  expect(outcomeOf(at('RCPT TO', 550, '5.1.1')).reason).toBe(
    'the mail server refused the recipient: 550 5.1.1',
  )
})
