import { describe, expect, test } from 'vitest'
import type { SendOutcome } from '../channels/channel.ts'
import { decideNext, jitter, type Standing, waitAfter } from './retry-policy.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const failed: SendOutcome = {
  result: 'retry',
  status: 500,
  reason: 'answered 500',
  retryAfterMs: null,
}
const standing: Standing = {
  attempt: 1,
  level: 1,
  ageMs: 0,
  giveUpAfterMs: 120 * hourMs,
  random: 1,
}

const seconds = (...values: number[]) => values.map((value) => value * 1000)
const waits = (level: number, count: number, ageMs = 0) =>
  Array.from({ length: count }, (_, nr) => waitAfter({ level, failed: nr + 1, ageMs }))

describe('the wait before the next try', () => {
  test('a crisis is tried again at once, within a minute eight times, then every two minutes', () => {
    expect(waits(4, 12)).toEqual(seconds(0, 1, 2, 4, 8, 15, 30, 60, 120, 120, 120, 120))
  })

  test('after an hour a crisis is tried every ten minutes, however often it has failed', () => {
    expect(waits(4, 100, hourMs).slice(9)).toEqual(Array(91).fill(10 * minuteMs))
    expect(waits(4, 100, hourMs - 1).at(-1)).toBe(2 * minuteMs)
  })

  test('level 3 goes from a second to five minutes, and after six hours to half an hour', () => {
    expect(waits(3, 7)).toEqual(seconds(1, 5, 15, 60, 300, 300, 300))
    expect(waits(3, 7, 6 * hourMs).at(-1)).toBe(30 * minuteMs)
  })

  test.each([0, 1, 2])(
    'level %d has the schedule of Standard Webhooks, then a day each',
    (level) => {
      const hours = [2, 5, 10, 14, 20, 24, 24, 24].map((count) => count * 3600)
      expect(waits(level, 11)).toEqual(seconds(5, 300, 1800, ...hours))
    },
  )

  test('a more urgent level never waits longer', () => {
    for (let nr = 0; nr < 30; nr += 1) {
      const [two, three, four] = [2, 3, 4].map((level) => waits(level, 30)[nr]!)
      expect(four).toBeLessThanOrEqual(three!)
      expect(three).toBeLessThanOrEqual(two!)
    }
  })
})

describe('jitter', () => {
  test.each([
    [0, 0.3, 0],
    [1000, 0.3, 1000],
    [5000, 0, 500],
    [5000, 0.5, 2500],
    [5000, 1, 5000],
  ])('of a wait of %d ms at %d is %d', (waitMs, random, jittered) => {
    expect(jitter(waitMs, random)).toBe(jittered)
  })
})

describe('what follows an attempt', () => {
  test.each(['delivered', 'refused'] as const)('%s ends the delivery', (result) => {
    expect(decideNext({ ...failed, result }, { ...standing, ageMs: 999 * hourMs })).toEqual({
      outcome: result,
      retryInMs: null,
    })
  })

  test('a receiver that asks for more time gets it', () => {
    const asked = { ...failed, retryAfterMs: 20_000 }
    expect(decideNext(asked, standing).retryInMs).toBe(20_000)
  })

  test('a receiver that asks for less time than the schedule does not get it', () => {
    const asked = { ...failed, retryAfterMs: 10 }
    expect(decideNext(asked, standing).retryInMs).toBe(5000)
  })

  test.each([
    { level: 4, most: minuteMs },
    { level: 3, most: 10 * minuteMs },
    { level: 0, most: 24 * hourMs },
  ])('at level $level it can ask for $most ms at most', ({ level, most }) => {
    const asked = { ...failed, retryAfterMs: 999 * hourMs }
    expect(decideNext(asked, { ...standing, level }).retryInMs).toBe(most)
  })

  test('a wait is whole milliseconds, also after a Retry-After that was a date', () => {
    const asked = { ...failed, retryAfterMs: 89_123.456 }
    expect(decideNext(asked, standing).retryInMs).toBe(89_124)
  })

  test.each([
    { level: 4, least: 30_000 },
    { level: 3, least: 5 * minuteMs },
    { level: 2, least: 30 * minuteMs },
  ])('what somebody has to mend first is not tried before $least ms at level $level', (row) => {
    const mistake: SendOutcome = { ...failed, status: 400, pace: 'slow' }
    const { retryInMs } = decideNext(mistake, { ...standing, level: row.level, random: 0 })
    expect(retryInMs).toBe(row.least)
  })

  test.each([
    { ageMs: 120 * hourMs - 1, outcome: null },
    { ageMs: 120 * hourMs, outcome: 'dead' },
  ])('a delivery of age $ageMs ms that failed: $outcome', ({ ageMs, outcome }) => {
    expect(decideNext(failed, { ...standing, ageMs }).outcome).toBe(outcome)
  })
})
