import { describe, expect, test } from 'vitest'
import type { SendOutcome } from '../channels/channel.ts'
import { decideNext, schedules, type Standing } from './retry-policy.ts'

const hourMs = 3_600_000
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

describe('what follows an attempt', () => {
  test.each(['delivered', 'refused'] as const)('%s ends the delivery', (result) => {
    expect(decideNext({ ...failed, result }, { ...standing, ageMs: 999 * hourMs })).toEqual({
      outcome: result,
      retryInMs: null,
    })
  })

  test.each([
    { level: 0, schedule: schedules.normal },
    { level: 2, schedule: schedules.normal },
    { level: 3, schedule: schedules.urgent },
    { level: 4, schedule: schedules.urgent },
  ])('level $level waits by its schedule, and then by its last step', ({ level, schedule }) => {
    const waits = Array.from(
      { length: schedule.length + 2 },
      (_, index) => decideNext(failed, { ...standing, level, attempt: index + 1 }).retryInMs,
    )
    expect(waits).toEqual([...schedule, schedule.at(-1), schedule.at(-1)])
    expect(waits).toEqual(waits.toSorted((a, b) => Number(a) - Number(b)))
  })

  test('a crisis is tried again within a second, and never later than every two minutes', () => {
    expect(schedules.urgent[0]).toBeLessThanOrEqual(1000)
    expect(Math.max(...schedules.urgent)).toBeLessThanOrEqual(120_000)
  })

  test.each([0, 0.25, 0.5, 0.999_999])('a wait is jittered down to half, by %d', (random) => {
    const { retryInMs } = decideNext(failed, { ...standing, random })
    expect(retryInMs).toBe(Math.ceil(5000 * (0.5 + random / 2)))
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
    { level: 4, most: 60_000 },
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
    { ageMs: 120 * hourMs - 1, outcome: null },
    { ageMs: 120 * hourMs, outcome: 'dead' },
  ])('a delivery of age $ageMs ms that failed: $outcome', ({ ageMs, outcome }) => {
    expect(decideNext(failed, { ...standing, ageMs }).outcome).toBe(outcome)
  })
})
