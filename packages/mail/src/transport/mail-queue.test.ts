import { expect, test } from 'vitest'
import { makeMailQueue } from './mail-queue.ts'

const never = new AbortController().signal

/** Lets one in after the other and notes in which order they have their turn. */
function open(connectionsMax: number) {
  const queue = makeMailQueue(connectionsMax)
  const turns: number[] = []
  const leaves: (() => void)[] = []
  const refused: number[] = []
  return {
    turns,
    leaves,
    refused,
    enter: async (level: number, signal: AbortSignal = never) => {
      const leave = await queue.enter(level, signal)
      if (leave) leaves.push(leave)
      if (leave) turns.push(level)
      else refused.push(level)
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('the highest level has the next turn, and of one level whoever came first', async () => {
  const { enter, turns, leaves } = open(1)
  for (const level of [0, 1, 3, 0, 4, 3]) void enter(level)
  for (let turn = 0; turn < 6; turn += 1) {
    await settled()
    leaves[turn]?.()
  }
  expect(turns).toEqual([0, 4, 3, 3, 1, 0])
})

test.each([
  [1, 1],
  [2, 1],
  [4, 3],
  [8, 6],
])('of %i connections lower levels have at most %i', async (connections, lower) => {
  const { enter, turns } = open(connections)
  for (let count = 0; count < connections; count += 1) void enter(3)
  await settled()
  expect(turns).toHaveLength(lower)
  for (let count = lower; count < connections; count += 1) void enter(4)
  await settled()
  expect(turns).toHaveLength(connections)
})

test('places are left for level 3, and more for level 4, when others take all they may', async () => {
  const { enter, refused } = open(4)
  for (const level of [2, 3, 4]) {
    for (let count = 0; count < 64; count += 1) void enter(level)
  }
  await settled()
  const count = (level: number) => 64 - refused.filter((one) => one === level).length
  expect([2, 3, 4].map(count)).toEqual([32, 16, 16])
})

test('whoever cannot wait any longer goes, and leaves no connection taken', async () => {
  const { enter, turns, leaves, refused } = open(1)
  const impatient = new AbortController()
  void enter(0)
  void enter(1, impatient.signal)
  impatient.abort()
  void enter(0)
  await settled()
  expect(refused).toEqual([1])
  leaves[0]?.()
  leaves[0]?.()
  void enter(2)
  await settled()
  expect(turns).toEqual([0, 0])
})
