import { type Lane, lanes } from '@renkei/bell'
import { describe, expect, test, vi } from 'vitest'
import type { Receiver } from './receiver-load.ts'
import { makeSlotPool, type Slot } from './slots.ts'

const limits = { slotsMax: 64, endpointMax: 8, organisationPercent: 100, stalledAfterMs: 500 }

let nr = 0
const stranger = (): Receiver => {
  nr += 1
  return { subscriptionId: `s${nr}`, organisationId: `o${nr}` }
}

function poolOf(changes: Partial<typeof limits> = {}, onFree = () => {}) {
  const pool = makeSlotPool({ ...limits, ...changes }, onFree)
  const fill = (lane: Lane) => {
    const slots = pool.lane(lane)
    const taken: Slot[] = []
    while (slots.free() > 0) taken.push(slots.take(stranger()))
    return taken
  }
  return { pool, fill }
}

describe('the pool of slots', () => {
  test('whatever fills the other lanes, a quarter is left for level 4', () => {
    const { pool, fill } = poolOf()
    for (const lane of lanes.filter((each) => each !== 'level4')) fill(lane)
    expect(pool.lane('level4').free()).toBeGreaterThanOrEqual(16)
  })

  test('retries and replays together have a quarter at most, replays an eighth', () => {
    const { pool, fill } = poolOf()
    expect(fill('replay')).toHaveLength(8)
    expect(fill('retry')).toHaveLength(8)
    expect([pool.lane('retry').free(), pool.lane('replay').free()]).toEqual([0, 0])
  })

  test('levels 0 to 2 leave an eighth to level 3, which leaves a quarter to level 4', () => {
    const { pool, fill } = poolOf()
    expect(fill('level0to2')).toHaveLength(40)
    expect(fill('level3')).toHaveLength(8)
    expect(fill('level4')).toHaveLength(16)
    expect(lanes.map((lane) => pool.lane(lane).free())).toEqual([0, 0, 0, 0, 0])
  })

  test('level 4 may have the whole pool, and gives it back', () => {
    const { pool, fill } = poolOf()
    const taken = fill('level4')
    expect(taken).toHaveLength(64)
    expect(pool.lane('level0to2').free()).toBe(0)
    for (const slot of taken) slot.give(true)
    expect(pool.lane('level0to2').free()).toBe(40)
  })

  test('every lane can send something, however small the pool', () => {
    for (const lane of lanes) expect(poolOf({ slotsMax: 2 }).fill(lane).length).toBeGreaterThan(0)
  })

  test('while urgent news is on its way, the lesser lanes have the part that is left to them', () => {
    const { pool } = poolOf()
    pool.hurry(1 / 8)
    expect(lanes.map((lane) => pool.lane(lane).free())).toEqual([64, 8, 8, 8, 8])
    pool.hurry(1)
    expect(pool.lane('level0to2').free()).toBe(40)
  })
})

describe('an endpoint', () => {
  const one = { subscriptionId: 'a', organisationId: 'x' }

  test('has its limit over all lanes; level 4 has two more', () => {
    const { pool } = poolOf({ endpointMax: 2 })
    pool.lane('level0to2').take(one)
    expect(pool.lane('retry').mayTake(one)).toBe(true)
    pool.lane('retry').take(one)
    expect(pool.lane('level3').mayTake(one)).toBe(false)
    expect(pool.full('level3').subscriptions).toEqual(['a'])
    expect(pool.full('level4').subscriptions).toEqual([])
    pool.lane('level4').take(one)
    pool.lane('level4').take(one)
    expect(pool.lane('level4').mayTake(one)).toBe(false)
  })

  test('gets one at a time after a failure, then 2, 4, 8 with each success', () => {
    const { pool } = poolOf()
    const lane = pool.lane('level0to2')
    lane.take(one).give(false)
    const taken: Slot[] = []
    const atATime = []
    for (let round = 0; round < 5; round += 1) {
      while (lane.mayTake(one)) taken.push(lane.take(one))
      atATime.push(taken.length)
      taken.pop()!.give(true)
    }
    expect(atATime).toEqual([1, 2, 4, 8, 8])
  })

  test('that does not answer for half a second gives its slots to others and gets no more', () => {
    vi.useFakeTimers()
    let told = 0
    const { pool, fill } = poolOf({}, () => (told += 1))
    const lane = pool.lane('level0to2')
    const hanging = Array.from({ length: 8 }, () => lane.take(one))
    fill('level0to2')
    expect(lane.free()).toBe(0)
    vi.advanceTimersByTime(499)
    expect(lane.free()).toBe(0)
    vi.advanceTimersByTime(1)
    expect([lane.free(), told, lane.mayTake(one)]).toEqual([40, 40, false])
    for (const slot of hanging) slot.give(false)
    expect([lane.free(), lane.inFlight(), lane.mayTake(one)]).toEqual([40, 0, true])
    vi.useRealTimers()
  })

  test('an answer in time ends the watch over it', () => {
    vi.useFakeTimers()
    const { pool } = poolOf()
    const lane = pool.lane('level3')
    lane.take(one).give(true)
    vi.advanceTimersByTime(1000)
    expect([lane.free(), lane.inFlight()]).toEqual([48, 0])
    vi.useRealTimers()
  })

  test('of the stalled as many wait outside the pool as it has slots', () => {
    vi.useFakeTimers()
    const { pool, fill } = poolOf()
    for (let round = 0; round < 3; round += 1) {
      fill('level4')
      vi.advanceTimersByTime(500)
    }
    expect(pool.lane('level4').free()).toBe(0)
    vi.useRealTimers()
  })
})

test('an organisation has a share of what its lane may have, however many endpoints it has', () => {
  const { pool } = poolOf({ organisationPercent: 50 })
  const slots = pool.lane('level0to2')
  let taken = 0
  const endpoint = () => ({ subscriptionId: `e${taken}`, organisationId: 'big' })
  while (slots.mayTake(endpoint())) {
    slots.take(endpoint())
    taken += 1
  }
  expect(taken).toBe(20)
  expect(pool.full('level0to2').organisations).toEqual(['big'])
  expect(slots.mayTake(stranger())).toBe(true)
})
