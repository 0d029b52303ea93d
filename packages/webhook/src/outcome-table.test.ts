import { expect, test } from 'vitest'
import { faultOutcomes, outcomeOfStatus, type Fault, type Result } from './outcome-table.ts'

// Written out on its own, so that the table is checked and not repeated.
const heedsRetryAfter = new Set([408, 425, 429])
const rows = Array.from({ length: 500 }, (_, index) => {
  const status = 100 + index
  const success = Math.floor(status / 100) === 2
  const result: Result = success ? 'delivered' : status === 410 ? 'refused' : 'retry'
  return { status, result, heeds: heedsRetryAfter.has(status) || status >= 500 }
})

test.each(rows)(
  '$status means $result, Retry-After heeded: $heeds',
  ({ status, result, heeds }) => {
    const outcome = outcomeOfStatus(status)
    expect(outcome.result).toBe(result)
    expect(outcome.heedsRetryAfter).toBe(heeds)
    expect(outcome.words === '').toBe(result === 'delivered')
  },
)

test.each([0, 99, 600, 999, Number.NaN])('takes %d, which is no status, for a retry', (status) => {
  expect(outcomeOfStatus(status)).toMatchObject({ result: 'retry', heedsRetryAfter: false })
})

test('says of a redirect that it is not followed', () => {
  expect(outcomeOfStatus(307).words).toContain('not followed')
})

test('retries after every fault but an address that can never be allowed', () => {
  const faults = Object.keys(faultOutcomes) as Fault[]
  const final = faults.filter((fault) => faultOutcomes[fault].result !== 'retry')
  expect(final).toEqual(['target-refused'])
  expect(new Set(faults.map((fault) => faultOutcomes[fault].words)).size).toBe(faults.length)
})
