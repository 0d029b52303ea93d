import { expect, test } from 'vitest'
import { faultOutcomes, outcomeOfStatus, type Fault, type Outcome } from './outcome-table.ts'

type Expected = readonly [
  result: Outcome['result'],
  nextTry: 'never' | 'normal' | 'slow' | 'as the receiver says, or normal',
  health: 'good' | 'bad' | 'untouched',
]

// Written out on its own, so that the tables are checked and not repeated.
function expectedOfStatus(status: number): Expected {
  if (status < 200) return ['retry', 'normal', 'bad']
  if (status < 300) return ['delivered', 'never', 'good']
  if (status < 400) return ['retry', 'slow', 'bad']
  if (status >= 500) return ['retry', 'as the receiver says, or normal', 'bad']
  const single: Record<number, Expected> = {
    408: ['retry', 'as the receiver says, or normal', 'bad'],
    410: ['refused', 'never', 'untouched'],
    425: ['retry', 'as the receiver says, or normal', 'bad'],
    429: ['retry', 'as the receiver says, or normal', 'bad'],
  }
  return single[status] ?? ['retry', 'slow', 'bad']
}

const failed: Expected = ['retry', 'normal', 'bad']
const expectedOfFault: Record<Fault, Expected> = {
  'target-refused': ['retry', 'slow', 'bad'],
  'address-blocked': failed,
  'name-unresolved': failed,
  'connection-refused': failed,
  unreachable: failed,
  'connect-timeout': failed,
  'tls-failed': failed,
  'client-certificate': failed,
  'connection-reset': failed,
  'connection-closed': failed,
  'answer-timeout': failed,
  'not-http': failed,
  'headers-too-large': failed,
  'answer-cut-off': failed,
  'body-timeout': failed,
  'sender-closed': ['retry', 'normal', 'untouched'],
  unknown: failed,
}

function told({ result, pace, heedsRetryAfter, countsAgainstHealth }: Outcome): Expected {
  const again = heedsRetryAfter ? 'as the receiver says, or normal' : pace
  const health = result === 'delivered' ? 'good' : countsAgainstHealth ? 'bad' : 'untouched'
  return [result, result === 'retry' ? again : 'never', health]
}

const statuses = Array.from({ length: 500 }, (_, index) => 100 + index)
const rows: readonly (readonly [string, Outcome, Expected])[] = [
  ...statuses.map(
    (status) => [`status ${status}`, outcomeOfStatus(status), expectedOfStatus(status)] as const,
  ),
  ...Object.entries(expectedOfFault).map(
    ([fault, expected]) => [fault, faultOutcomes[fault as Fault], expected] as const,
  ),
]

test.each(rows)('%s: outcome, next try and effect on health', (_, outcome, expected) => {
  expect(told(outcome)).toEqual(expected)
  expect(outcome.words === '').toBe(outcome.result === 'delivered')
})

test('of all statuses and faults 410 alone means that nothing shall ever be sent again', () => {
  expect(statuses.filter((status) => outcomeOfStatus(status).gone)).toEqual([410])
  expect(Object.values(faultOutcomes).filter(({ gone }) => gone)).toEqual([])
})

test.each([0, 99, 600, 999, Number.NaN])('takes %d, which is no status, for a retry', (status) => {
  expect(told(outcomeOfStatus(status))).toEqual(['retry', 'normal', 'bad'])
})

test('says of a redirect that it is not followed', () => {
  expect(outcomeOfStatus(307).words).toContain('not followed')
})

test('has a row and words of its own for every fault', () => {
  expect(Object.keys(faultOutcomes).sort()).toEqual(Object.keys(expectedOfFault).sort())
  const words = Object.values(faultOutcomes).map((outcome) => outcome.words)
  expect(new Set(words).size).toBe(words.length)
})
