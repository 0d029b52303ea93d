import { describe, expect, test } from 'vitest'
import { type EndpointLoad, makeSlots } from './slots.ts'

function lanes(laneMax = 4, endpointMax = 2) {
  const endpoints = new Map<string, EndpointLoad>()
  const make = () => makeSlots(laneMax, endpointMax, endpoints)
  return { one: make(), two: make(), endpoints }
}

describe('slots', () => {
  test('a lane has its own, however full another is', () => {
    const { one, two } = lanes(2)
    one.take('a')
    one.take('b')
    expect([one.free(), two.free()]).toEqual([0, 2])
    expect([one.inFlight(), two.inFlight()]).toEqual([2, 0])
  })

  test('what is in flight to an endpoint counts in every lane', () => {
    const { one, two } = lanes(9, 2)
    one.take('a')
    expect(two.mayTake('a')).toBe(true)
    two.take('a')
    expect([one.mayTake('a'), two.mayTake('a'), one.mayTake('b')]).toEqual([false, false, true])
    expect(one.full()).toEqual(['a'])
    two.give('a', true)
    expect([one.mayTake('a'), one.full()]).toEqual([true, []])
  })

  test('an endpoint that failed gets one at a time until it answers again', () => {
    const { one } = lanes(9, 3)
    one.take('a')
    one.give('a', false)
    expect(one.mayTake('a')).toBe(true)
    one.take('a')
    expect([one.mayTake('a'), one.full()]).toEqual([false, ['a']])
    one.give('a', true)
    one.take('a')
    expect(one.mayTake('a')).toBe(true)
  })

  test('an endpoint that is well and idle is not remembered', () => {
    const { one, endpoints } = lanes()
    one.take('a')
    one.give('a', true)
    expect(endpoints.size).toBe(0)
    one.take('a')
    one.give('a', false)
    expect(endpoints.size).toBe(1)
  })
})
