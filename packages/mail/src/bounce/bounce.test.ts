import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bounceToken, isOurBounce, readBounceToken } from './bounce-token.ts'
import { readBounce } from './read-bounce.ts'

const markOf = (about: string) => createHash('sha256').update(about).digest('hex').slice(0, 20)
const id = '01900000-0000-7000-8000-0000000000ab'

const about = { kind: 'subscription', id, sealedAddress: 'v1.a.b' } as const
const token = bounceToken(about, markOf)

describe('the token of a return address', () => {
  test('names what it belongs to, also when a mail server has changed its letters', () => {
    for (const text of [token, token.toUpperCase()]) {
      expect(readBounceToken(text)).toEqual({ kind: 'subscription', id })
      expect(isOurBounce(text, about, markOf)).toBe(true)
    }
    const order = { kind: 'order', id, sealedAddress: '' } as const
    expect(readBounceToken(bounceToken(order, markOf))).toEqual({ kind: 'order', id })
  })

  test('speaks for the address that the mail went to, and for no other', () => {
    expect(isOurBounce(token, { ...about, sealedAddress: 'v1.a.c' }, markOf)).toBe(false)
  })

  test('fits with its word into the local part of an address (64)', () => {
    expect(`bounces+${token}`.length).toBeLessThanOrEqual(64)
  })

  test('is refused when any character of it is another', () => {
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom(...Array.from('0123456789abcdefso')),
        (at, other) => {
          fc.pre(token[at] !== other)
          const changed = token.slice(0, at) + other + token.slice(at + 1)
          const read = readBounceToken(changed)
          expect(read && isOurBounce(changed, { ...about, ...read }, markOf)).not.toBe(true)
        },
      ),
    )
  })

  test('of another form is none', () => {
    for (const text of ['', 's', 'x'.repeat(53), `${token}0`]) {
      expect(readBounceToken(text)).toBeUndefined()
    }
  })
})

// In the forms of Postfix, Exim and Exchange.
const postfix = (status: string, action = 'failed') => `Return-Path: <>
Delivered-To: bounces+${token}@mail.example
From: MAILER-DAEMON@mx.example.jp (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounces+${token}@mail.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="9B0B1.1/mx.example.jp"

--9B0B1.1/mx.example.jp
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.
Status: 2.0.0 is what this text says.

--9B0B1.1/mx.example.jp
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp
X-Postfix-Queue-ID: 9B0B1

Final-Recipient: rfc822; noc@example.jp
Original-Recipient: rfc822;noc@example.jp
Action: ${action}
Status: ${status}
Remote-MTA: dns; mail.example.jp
Diagnostic-Code: smtp; 550 ${status} <noc@example.jp>: Recipient address
    rejected: User unknown

--9B0B1.1/mx.example.jp
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <bounces+${token}@mail.example>
Message-ID: <e1.s1@mail.example>
Subject: x

--9B0B1.1/mx.example.jp--
`

const exim = `Return-path: <>
To: bounces+${token}@mail.example
Content-Type: multipart/report; report-type=delivery-status; boundary=1700-eximdsn-1
MIME-Version: 1.0

--1700-eximdsn-1
Content-type: text/plain; charset=us-ascii

A message that you sent could not be delivered.

--1700-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; mx.example.jp

Action: failed
Final-Recipient: rfc822;noc@example.jp
Status: 5.0.0
Remote-MTA: dns; mail.example.jp
Diagnostic-Code: smtp; 550 5.1.1 no such user

--1700-eximdsn-1
Content-type: text/rfc822-headers

Return-path: <bounces+${token}@mail.example>

--1700-eximdsn-1--
`

const exchange = postfix('5.1.10')
  .replaceAll('\n', '\r\n')
  .replace('Action: failed', 'Action:  Failed')

describe('a message that came back', () => {
  test.each([
    ['no such user', postfix('5.1.1'), { status: '5.1.1', hard: true }],
    ['no such user, of Exim', exim, { status: '5.1.1', hard: true }],
    [
      'something, of Exim',
      exim.replace('550 5.1.1 no such user', '552 mailbox is full'),
      { status: '5.0.0', hard: false },
    ],
    ['with other line ends and letters', exchange, { status: '5.1.10', hard: true }],
    ['box switched off', postfix('5.2.1'), { status: '5.2.1', hard: true }],
    ['no such domain', postfix('5.4.4'), { status: '5.4.4', hard: true }],
    ['box full', postfix('5.2.2'), { status: '5.2.2', hard: false }],
    ['refused by policy', postfix('5.7.1'), { status: '5.7.1', hard: false }],
    ['given up after days', postfix('4.4.7'), { status: '4.4.7', hard: false }],
  ])('%s', (_, message, expected) => {
    expect(readBounce(message)).toEqual({ ...expected, tokens: [token] })
  })

  test('a person who writes such a part into an ordinary message stops nothing', () => {
    const typed = postfix('5.1.1').replace(
      /^content-type: multipart\/report[^]*?\n(?=\S)/im,
      'Content-Type: text/plain\n',
    )
    expect(typed).not.toContain('multipart/report')
    expect(readBounce(typed)).toBeUndefined()
  })

  test.each([
    ['delayed', postfix('4.4.1', 'delayed')],
    ['relayed', postfix('2.0.0', 'relayed')],
    ['an answer of a person', `To: bounces+${token}@mail.example\n\nThank you!\nStatus: 5.1.1\n`],
    ['nothing', ''],
  ])('%s is no bounce', (_, message) => {
    expect(readBounce(message)).toBeUndefined()
  })

  test('of whatever bytes does not take long and does not throw', () => {
    fc.assert(fc.property(fc.string({ maxLength: 2000 }), (text) => void readBounce(text)))
    const long = `Content-Type: message/delivery-status\n\n${'Status: 5.1.1\n '.repeat(100_000)}`
    const began = performance.now()
    readBounce(long)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})
