import { errors } from 'undici'
import { expect, test } from 'vitest'
import { faultOf, TargetError } from './fault.ts'

const error = (code: string, message = 'x', more: object = {}) =>
  Object.assign(new Error(message), { code, ...more })

test.each([
  [error('ECONNREFUSED'), 'connection-refused', 'ECONNREFUSED'],
  [error('ENETUNREACH'), 'unreachable', 'ENETUNREACH'],
  [error('ETIMEDOUT'), 'connect-timeout', 'ETIMEDOUT'],
  [error('UND_ERR_CONNECT_TIMEOUT'), 'connect-timeout', 'UND_ERR_CONNECT_TIMEOUT'],
  [error('ECONNRESET'), 'connection-reset', 'ECONNRESET'],
  [error('UND_ERR_SOCKET', 'other side closed'), 'connection-closed', 'UND_ERR_SOCKET'],
  [new errors.SocketError('bad upgrade'), 'not-http', 'UND_ERR_SOCKET, bad upgrade'],
  [new errors.HTTPParserError('no HTTP'), 'not-http', 'no HTTP'],
  [error('UND_ERR_HEADERS_OVERFLOW'), 'headers-too-large', 'UND_ERR_HEADERS_OVERFLOW'],
  [error('UND_ERR_DESTROYED'), 'sender-closed', 'UND_ERR_DESTROYED'],
  [error('CERT_HAS_EXPIRED', 'has expired'), 'tls-failed', 'CERT_HAS_EXPIRED, has expired'],
  [error('ERR_SSL_X', 'stack', { reason: 'why' }), 'tls-failed', 'ERR_SSL_X, why'],
  [new TargetError('address-blocked', 'loopback'), 'address-blocked', 'loopback'],
  [error('ESOMETHING', 'odd'), 'unknown', 'ESOMETHING, odd'],
  [new Error('odd'), 'unknown', 'odd'],
  ['odd', 'unknown', 'odd'],
])('takes %s for %s', (thrown, fault, detail) => {
  expect(faultOf(thrown, false)).toEqual({ fault, detail })
})

test.each([
  error('ECONNRESET'),
  error('ETIMEDOUT'),
  new errors.SocketError('closed'),
  new errors.HTTPParserError('no chunk'),
  new errors.ResponseContentLengthMismatchError(),
])('takes %s after a status for an answer that was cut off', (thrown) => {
  expect(faultOf(thrown, true)).toMatchObject({ fault: 'answer-cut-off' })
})

test.each(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'ERR_INVALID_ARG_TYPE'])(
  'does not blame the receiver for %s',
  (code) => {
    expect(faultOf(error(code), false)).toBeNull()
  },
)
