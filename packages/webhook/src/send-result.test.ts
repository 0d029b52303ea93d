import { expect, test } from 'vitest'
import { noAnswer, resultOf } from './send-result.ts'

const answered = { retryAfter: undefined, text: '', fault: null }

test('records a complete answer by its status', () => {
  expect(resultOf({ ...answered, status: 204, text: 'x' }, 0, 12.4)).toEqual({
    result: 'delivered',
    status: 204,
    reason: 'answered 204',
    retryAfterMs: null,
    pace: 'normal',
    countsAgainstHealth: false,
    gone: false,
    durationMs: 12,
    responseText: 'x',
  })
})

test('heeds Retry-After where the table says so, and only there', () => {
  const retryAfter = 'Thu, 01 Jan 1970 00:00:10 GMT'
  expect(resultOf({ ...answered, status: 503, retryAfter }, 2_000, 1_000)).toMatchObject({
    result: 'retry',
    reason: 'answered 503: the receiver has failed',
    retryAfterMs: 7_000,
  })
  expect(resultOf({ ...answered, status: 404, retryAfter }, 2_000, 1_000).retryAfterMs).toBeNull()
})

test('retries an answer that broke off, whatever its status, and keeps what was heard', () => {
  const fault = { fault: 'answer-cut-off', detail: 'ECONNRESET' } as const
  for (const status of [200, 410, 503]) {
    expect(resultOf({ status, retryAfter: '5', text: 'beg', fault }, 0, 1)).toEqual({
      result: 'retry',
      status,
      reason: `the answer broke off after status ${status} (ECONNRESET)`,
      retryAfterMs: status === 503 ? 5_000 : null,
      pace: 'normal',
      countsAgainstHealth: true,
      gone: false,
      durationMs: 1,
      responseText: 'beg',
    })
  }
})

test('keeps a reason to one short line, whatever a peer puts into its certificate', () => {
  const { reason } = resultOf(noAnswer('tls-failed', `x\r\n${'y'.repeat(5_000)}`), 0, 0)
  expect(reason.length).toBeLessThanOrEqual(200)
  expect(reason).toMatch(/^TLS failed \(x y+…$/)
})
