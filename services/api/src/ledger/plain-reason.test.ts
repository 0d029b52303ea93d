import { expect, test } from 'vitest'
import { plainReason } from './plain-reason.ts'

test.each([
  ['answered 500: the receiver has failed', 'answered 500: the receiver has failed'],
  [
    "TLS failed (ERR_TLS_CERT_ALTNAME_INVALID, Host: noc.peer.internal. is not in the cert's altnames)",
    'TLS failed',
  ],
  [
    'the receiver refused the connection (ECONNREFUSED) (again)',
    'the receiver refused the connection',
  ],
  ['not tried yet', 'not tried yet'],
])('of "%s" the reporter reads "%s"', (reason, plain) => {
  expect(plainReason(reason)).toBe(plain)
})
