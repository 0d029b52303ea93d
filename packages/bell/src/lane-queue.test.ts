// The queue here counts bells; nobody takes them unless the test does.

import { beforeEach, expect, test } from 'vitest'
import { laneQueue } from './lane-queue.ts'
import { bellsPerLook, bellsWaitingMax } from './queues.ts'

const ids = new Set<string>()
let waiting: number
let looks: number
let warnings: number[]

beforeEach(() => {
  ids.clear()
  waiting = 0
  looks = 0
  warnings = []
})

test('stops adding bells that nobody hears, and says so once', async () => {
  const addBell = open()
  for (let ring = 0; ring < 10 * bellsWaitingMax; ring += 1) await addBell()
  expect(waiting).toBeGreaterThanOrEqual(bellsWaitingMax)
  expect(waiting).toBeLessThan(bellsWaitingMax + bellsPerLook)
  expect(warnings).toHaveLength(1)
})

test('adds again as soon as bells are heard', async () => {
  const addBell = open()
  for (let ring = 0; ring < 2 * bellsWaitingMax; ring += 1) await addBell()
  waiting = 0
  await addBell()
  expect(waiting).toBe(1)
})

test('looks at the queue no more than once in many bells while they are heard', async () => {
  const addBell = open()
  for (let ring = 0; ring < 4 * bellsPerLook; ring += 1) {
    await addBell()
    waiting = 0
  }
  expect(looks).toBe(4)
})

test('gives every bell an id of its own, without the colon that BullMQ refuses', async () => {
  const addBell = open()
  for (let ring = 0; ring < 20; ring += 1) await addBell()
  expect(ids.size).toBe(20)
  expect([...ids].join('')).not.toContain(':')
})

function open(): () => Promise<void> {
  const queue = {
    waitUntilReady: async () => undefined,
    async add(_name: string, _data: object, options: { jobId: string }) {
      ids.add(options.jobId)
      waiting += 1
    },
    async getWaitingCount() {
      looks += 1
      return waiting
    },
    on: () => undefined,
    close: async () => undefined,
  }
  return laneQueue(queue, (count) => warnings.push(count))
}
