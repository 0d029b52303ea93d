import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Caller } from '../auth/auth.ts'
import { takeRound } from './take-round.ts'

interface Item {
  readonly id: number
  readonly submission: Parameters<typeof takeRound>[0][number]['submission']
}

function item(id: number, report?: string, key?: string, organisationId = 'example-mobile'): Item {
  const caller = { organisationId } as Caller
  return {
    id,
    submission: {
      caller,
      revises: report === undefined ? undefined : { reportId: report, expectedRevision: 1 },
      idempotency: key === undefined ? undefined : { key, fingerprint: Buffer.alloc(0) },
    },
  }
}

const ids = (items: readonly Item[]) => items.map(({ id }) => id)

function take(max: number, ...items: Item[]) {
  const { round, rest } = takeRound(items, max)
  return { round: ids(round), rest: ids(rest) }
}

test('new reports go together, as many as fit', () => {
  expect(take(2, item(1), item(2), item(3))).toEqual({ round: [1, 2], rest: [3] })
})

test('a second revision of a report waits for the next round', () => {
  const items = [item(1, 'a'), item(2, 'a'), item(3, 'b')]
  expect(take(9, ...items)).toEqual({ round: [1, 3], rest: [2] })
})

test('a second use of a key waits for the next round, that of another organisation does not', () => {
  const items = [
    item(1, undefined, 'k'),
    item(2, undefined, 'k'),
    item(3, undefined, 'k', 'example-fixed'),
  ]
  expect(take(9, ...items)).toEqual({ round: [1, 3], rest: [2] })
})

test('who waits keeps those behind it waiting that share a name with it', () => {
  const items = [item(1, 'a'), item(2, 'a', 'k'), item(3, undefined, 'k'), item(4, 'c', 'k')]
  expect(take(9, ...items)).toEqual({ round: [1], rest: [2, 3, 4] })
})

test('who does not fit keeps its place before those that share a name with it', () => {
  expect(take(1, item(1), item(2, 'a'), item(3, 'a'))).toEqual({ round: [1], rest: [2, 3] })
})

const name = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined })
const anyItems = fc
  .array(fc.tuple(name, name, fc.constantFrom('example-mobile', 'example-fixed')), {
    maxLength: 30,
  })
  .map((parts) =>
    parts.map(([report, key, organisation], id) => item(id, report, key, organisation)),
  )

function names({ submission }: Item): string[] {
  const { revises, idempotency, caller } = submission
  return [
    ...(revises ? [`report ${revises.reportId}`] : []),
    ...(idempotency ? [`key ${caller.organisationId} ${idempotency.key}`] : []),
  ]
}

test('round after round everyone is taken once, nobody overtakes one who shares a name', () => {
  fc.assert(
    fc.property(anyItems, fc.integer({ min: 1, max: 5 }), (items, max) => {
      const taken: Item[][] = []
      for (let waiting: readonly Item[] = items; waiting.length > 0;) {
        const { round, rest } = takeRound(waiting, max)
        expect(round.length).toBeGreaterThan(0)
        expect(round.length).toBeLessThanOrEqual(max)
        const used = round.flatMap(names)
        expect(new Set(used).size).toBe(used.length)
        taken.push(round)
        waiting = rest
      }
      const order = taken.flat()
      expect(new Set(order.map(({ id }) => id))).toEqual(new Set(items.map(({ id }) => id)))
      expect(order).toHaveLength(items.length)
      for (const shared of new Set(items.flatMap(names))) {
        const sharing = order.filter((one) => names(one).includes(shared))
        expect(ids(sharing)).toEqual(ids(sharing.toSorted((a, b) => a.id - b.id)))
      }
    }),
  )
})

test('what shares a name with a round under way waits for it', () => {
  const waiting = [item(1, 'a'), item(2, 'b'), item(3, undefined, 'k'), item(4)]
  const { round, rest } = takeRound(waiting, 9, [item(5, 'a'), item(6, undefined, 'k')])
  expect({ round: ids(round), rest: ids(rest) }).toEqual({ round: [2, 4], rest: [1, 3] })
})
