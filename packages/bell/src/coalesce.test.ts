// The way to the store is a list of promises that each test settles itself.

import { beforeEach, expect, test } from 'vitest'
import { coalesceRings, type RingCoalescer } from './coalesce.ts'
import type { Lane } from './lanes.ts'

interface Add {
  readonly lane: Lane
  take(): Promise<void>
  refuse(): Promise<void>
}

let adds: Add[]
let coalescer: RingCoalescer

beforeEach(() => {
  adds = []
  coalescer = coalesceRings(async () => undefined)
})

test('sends one bell at once and one more for any number of rings meanwhile', async () => {
  coalescer.use(add)
  for (let ring = 0; ring < 1_000; ring += 1) coalescer.ring('level4')
  expect(adds).toHaveLength(1)
  await adds[0]!.take()
  expect(adds).toHaveLength(2)
  await adds[1]!.take()
  expect(adds).toHaveLength(2)
  expect(coalescer.counters).toEqual({ rung: 1_000, coalesced: 998, failed: 0 })
})

test('keeps lanes apart: a lane on its way delays no other', () => {
  coalescer.use(add)
  coalescer.ring('level3')
  coalescer.ring('level4')
  expect(adds.map((each) => each.lane)).toEqual(['level3', 'level4'])
})

test('remembers what is rung before there is a way to the store', () => {
  coalescer.ring('retry')
  coalescer.ring('level4')
  coalescer.ring('level4')
  expect(adds).toHaveLength(0)
  coalescer.use(add)
  expect(adds.map((each) => each.lane)).toEqual(['level4', 'retry'])
})

test('tries a refused bell again on the next way, and not on the one that refused it', async () => {
  coalescer.use(add)
  coalescer.ring('level4')
  await adds[0]!.refuse()
  coalescer.ring('level4')
  expect(adds).toHaveLength(1)
  coalescer.use(add)
  expect(adds).toHaveLength(2)
  expect(coalescer.counters).toEqual({ rung: 2, coalesced: 1, failed: 1 })
})

test('rests between two bells of a lane, and neither before the first nor for another lane', async () => {
  const rest = Promise.withResolvers<void>()
  coalescer = coalesceRings(() => rest.promise)
  coalescer.use(add)
  coalescer.ring('level3')
  await adds[0]!.take()
  coalescer.ring('level3')
  coalescer.ring('level4')
  expect(adds.map((each) => each.lane)).toEqual(['level3', 'level4'])
  await settle(() => rest.resolve())
  expect(adds.map((each) => each.lane)).toEqual(['level3', 'level4', 'level3'])
})

test('is settled when nothing is on its way, even though something is remembered', async () => {
  coalescer.use(add)
  coalescer.ring('level4')
  coalescer.ring('level4')
  let settled = false
  const settling = coalescer.settled().then(() => (settled = true))
  await adds[0]!.take()
  expect(settled).toBe(false)
  await adds[1]!.refuse()
  await settling
  expect(settled).toBe(true)
})

function add(lane: Lane): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  adds.push({
    lane,
    take: () => settle(() => resolve()),
    refuse: () => settle(() => reject(new Error('refused'))),
  })
  return promise
}

async function settle(end: () => void): Promise<void> {
  end()
  await new Promise(setImmediate)
}
