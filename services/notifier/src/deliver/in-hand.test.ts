import { expect, test } from 'vitest'
import { makeInHand } from './in-hand.ts'

const a = { seq: 1, subscriptionId: 'x' }
const b = { seq: 11, subscriptionId: 'x' }

test('a delivery in hand is not taken again until it is dropped', () => {
  const inHand = makeInHand()
  expect([inHand.take(a), inHand.take(b), inHand.take({ ...a })]).toEqual([true, true, false])
  inHand.drop([a])
  expect(inHand.all()).toEqual([b])
  expect(inHand.take(a)).toBe(true)
})

test('only the key is kept, not the target and secret of a delivery', () => {
  const inHand = makeInHand()
  inHand.take({ ...a, secret: 'whsec_x' } as typeof a)
  expect(inHand.all()).toEqual([a])
})
