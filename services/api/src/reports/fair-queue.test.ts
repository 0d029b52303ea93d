import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Caller } from '../auth/auth.ts'
import { makeFairQueue, type Rank, type Ranked } from './fair-queue.ts'

interface Item extends Ranked {
  readonly id: number
}

interface Parts {
  readonly report?: string | undefined
  readonly key?: string | undefined
  readonly organisation?: string
  readonly rank?: Rank
}

function item(id: number, parts: Parts = {}): Item {
  const { report, key, organisation = 'example-mobile', rank = 2 } = parts
  return {
    id,
    rank,
    submission: {
      caller: { organisationId: organisation } as Caller,
      revises: report === undefined ? undefined : { reportId: report, ifMatch: '1' },
      idempotency: key === undefined ? undefined : { key, fingerprint: Buffer.alloc(0) },
    },
  }
}

const ids = (items: readonly Item[]) => items.map(({ id }) => id)

// The rounds that come out when each is settled before the next is taken.
function roundsOf(max: number, ...items: Item[]): number[][] {
  const queue = makeFairQueue<Item>()
  for (const one of items) queue.push(one)
  const rounds: number[][] = []
  while (queue.ready() > 0) {
    const round = queue.take(max)
    queue.settle(round)
    rounds.push(ids(round))
  }
  return rounds
}

const fixed = { organisation: 'example-fixed' }
const satellite = { organisation: 'example-satellite' }

test('new reports go together, as many as fit, in the order of their arrival', () => {
  expect(roundsOf(2, item(1), item(2), item(3))).toEqual([[1, 2], [3]])
})

test('organisations take turns, however long the line of one is', () => {
  const flood = Array.from({ length: 6 }, (_, index) => item(index + 1))
  const rounds = roundsOf(4, ...flood, item(7, fixed), item(8, fixed), item(9, satellite))
  expect(rounds).toEqual([[1, 7, 9, 2], [8, 3, 4, 5], [6]])
})

test('whose turn it was is remembered from one round to the next', () => {
  const rounds = roundsOf(1, item(1), item(2), item(3, fixed), item(4, fixed))
  expect(rounds).toEqual([[1], [3], [2], [4]])
})

test('level 4 goes before level 3, and both before all others, whoever came first', () => {
  const rounds = roundsOf(
    2,
    item(1),
    item(2, fixed),
    item(3, { rank: 1 }),
    item(4, { rank: 0 }),
    item(5, { rank: 0, ...fixed }),
  )
  expect(rounds).toEqual([[4, 5], [3, 1], [2]])
})

test('a second revision of a report waits for the next round, where it comes first', () => {
  const a = { report: 'a' }
  expect(roundsOf(9, item(1, a), item(2, a), item(3, { report: 'b' }))).toEqual([[1, 3], [2]])
  expect(roundsOf(1, item(1, a), item(2, a), item(3))).toEqual([[1], [2], [3]])
})

test("another organisation's attempts at a report do not hold up its owner's revision", () => {
  const a = { report: 'a' }
  const strangers = [item(1, { ...a, ...fixed }), item(2, { ...a, ...satellite })]
  expect(roundsOf(9, ...strangers, item(3, a))).toEqual([[1, 2, 3]])
})

test('an urgent revision does not overtake the one before it', () => {
  const a = { report: 'a' }
  expect(roundsOf(1, item(1, a), item(2, { ...a, rank: 0 }), item(3))).toEqual([[1], [2], [3]])
})

test('a second use of a key waits for the next round, that of another organisation does not', () => {
  const k = { key: 'k' }
  expect(roundsOf(9, item(1, k), item(2, k), item(3, { ...k, ...fixed }))).toEqual([[1, 3], [2]])
})

test('who stands aside keeps those behind it waiting that share a name with it', () => {
  const rounds = roundsOf(
    9,
    item(1, { report: 'a' }),
    item(2, { report: 'a', key: 'k' }),
    item(3, { key: 'k' }),
    item(4, { report: 'c', key: 'k' }),
  )
  expect(rounds).toEqual([[1], [2], [3], [4]])
})

test('what shares a name with a round under way waits for it', () => {
  const queue = makeFairQueue<Item>()
  queue.push(item(5, { report: 'a' }))
  queue.push(item(6, { key: 'k' }))
  const underWay = queue.take(9)
  for (const one of [item(1, { report: 'a' }), item(2), item(3, { key: 'k' })]) queue.push(one)
  expect(ids(queue.take(9))).toEqual([2])
  queue.settle(underWay)
  expect(ids(queue.take(9))).toEqual([1, 3])
})

test('counts who waits and who is under way, by organisation and rank', () => {
  const queue = makeFairQueue<Item>()
  for (const one of [item(1), item(2, { report: 'a' }), item(3, { report: 'a' })]) queue.push(one)
  queue.push(item(4, { rank: 0 }))
  queue.push(item(5, fixed))
  const counted = () => [
    queue.count(),
    queue.count('example-mobile', 2),
    queue.count('example-mobile', 0),
    queue.count('example-fixed', 2),
  ]
  expect(counted()).toEqual([5, 3, 1, 1])
  const round = queue.take(3)
  expect(counted()).toEqual([5, 3, 1, 1])
  queue.settle(round)
  expect(ids(round)).toEqual([4, 1, 5])
  expect(counted()).toEqual([2, 2, 0, 0])
  expect(ids(queue.clear())).toEqual([2, 3])
  expect(counted()).toEqual([0, 0, 0, 0])
})

test('tells who is ready and has nothing under way', () => {
  const queue = makeFairQueue<Item>()
  queue.push(item(1))
  expect(queue.hasNewcomer()).toBe(true)
  const underWay = queue.take(9)
  queue.push(item(2))
  expect(queue.hasNewcomer()).toBe(false)
  queue.push(item(3, fixed))
  expect(queue.hasNewcomer()).toBe(true)
  queue.settle(underWay)
  expect(queue.hasNewcomer()).toBe(true)
})

test('once cleared, only what is under way holds its names', () => {
  const queue = makeFairQueue<Item>()
  queue.push(item(1, { report: 'a' }))
  const underWay = queue.take(1)
  for (const one of [item(2, { report: 'a' }), item(3, { report: 'b' })]) queue.push(one)
  queue.clear()
  queue.push(item(4, { report: 'a' }))
  queue.push(item(5, { report: 'b' }))
  expect(ids(queue.take(9))).toEqual([5])
  queue.settle(underWay)
  expect(ids(queue.take(9))).toEqual([4])
})

const name = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined })
const anyItems = fc
  .array(
    fc.record({
      report: name,
      key: name,
      organisation: fc.constantFrom('example-mobile', 'example-fixed'),
      rank: fc.constantFrom<Rank>(0, 1, 2),
    }),
    { maxLength: 30 },
  )
  .map((all) => all.map((parts, id) => item(id, parts)))

function names({ submission }: Item): string[] {
  const { revises, idempotency, caller } = submission
  return [
    ...(revises ? [`report ${caller.organisationId} ${revises.reportId}`] : []),
    ...(idempotency ? [`key ${caller.organisationId} ${idempotency.key}`] : []),
  ]
}

test('with two rounds under way everyone is taken once, no name is in both, nobody overtakes one who shares a name', () => {
  fc.assert(
    fc.property(anyItems, fc.integer({ min: 1, max: 5 }), (items, max) => {
      const queue = makeFairQueue<Item>()
      for (const one of items) queue.push(one)
      const order: Item[] = []
      let underWay: Item[] = []
      while (queue.count() > 0) {
        const round = queue.take(max)
        expect(round.length).toBeLessThanOrEqual(max)
        expect(round.length + underWay.length).toBeGreaterThan(0)
        const used = [...underWay, ...round].flatMap(names)
        expect(new Set(used).size).toBe(used.length)
        queue.settle(underWay)
        order.push(...round)
        underWay = round
      }
      expect(new Set(ids(order))).toEqual(new Set(ids(items)))
      expect(order).toHaveLength(items.length)
      for (const shared of new Set(items.flatMap(names))) {
        const sharing = order.filter((one) => names(one).includes(shared))
        expect(ids(sharing)).toEqual(ids(sharing.toSorted((a, b) => a.id - b.id)))
      }
    }),
  )
})
