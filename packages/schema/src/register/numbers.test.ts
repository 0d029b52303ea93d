import { describe, expect, test } from 'vitest'
import { emailFault, phoneFault } from './numbers.ts'

describe('a telephone number is taken', () => {
  test.each([
    '+81-3-0000-0000',
    '+81 90 0000 0000',
    '+81120000000',
    '+818000000000',
    '+1 202 555 0100',
    '+881600000000',
    '03-0000-0000',
    '(03) 0000 0000',
    '0120-000-000',
    '0570-000-000',
    '0800-000-0000',
    '050-0000-0000',
    '060-0000-0000',
    '090-0000-0000',
  ])('%s', (text) => {
    expect(phoneFault(text)).toBeUndefined()
  })
})

describe('a telephone number is refused with what would be right', () => {
  test.each([
    ['+81-03-0000-0000', /without the 0/],
    ['+81-3-0000-000', /9 digits/],
    ['+81-90-0000-000', /9 digits/],
    ['03-0000-000', /10 digits/],
    ['090-0000-000', /11 after 050/],
    ['3-0000-0000', /begins with 0/],
    ['00-0000-0000', /begins with 0/],
    ['110', /E\.164/],
    ['+0 000 000 000', /E\.164/],
    ['+1234567890123456', /7 to 15 digits/],
    ['＋81-3-0000-0000', /half-width/],
    ['０３-0000-0000', /half-width/],
    ['03-0000-0000 内線 12', /half-width/],
    ['tel:0300000000', /half-width/],
    ['=1+1', /half-width/],
    ['', /half-width/],
  ])('%s', (text, expected) => {
    expect(phoneFault(text)).toMatch(expected)
  })
})

describe('an e-mail address', () => {
  test.each(['noc@example.jp', 'noc.night+24@sub.example.co.jp', "o'noc@example.jp"])(
    '%s is taken',
    (text) => {
      expect(emailFault(text)).toBeUndefined()
    },
  )

  test.each([
    'noc',
    'noc@',
    '@example.jp',
    'noc@example',
    'noc@-example.jp',
    'noc@example..jp',
    '.noc@example.jp',
    'noc..night@example.jp',
    'noc@例え.jp',
    'noc@192.0.2.1',
    'NOC <noc@example.jp>',
    'noc@example.jp,b@example.jp',
    'noc@example.jp ',
    `${'a'.repeat(65)}@example.jp`,
    `noc@${'a'.repeat(64)}.jp`,
  ])('%s is refused with an example', (text) => {
    expect(emailFault(text)).toMatch(/noc@example\.jp/)
  })
})
