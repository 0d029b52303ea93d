import { expect, test } from 'vitest'
import { faultKinds, makePlan } from './plan.ts'

const options = { seed: 42, count: 200, redis: true, notifiers: 2, receivers: 8, named: 2 }

test('a seed gives the same plan again, and another one another', () => {
  expect(makePlan(options)).toEqual(makePlan(options))
  expect(makePlan({ ...options, seed: 43 })).not.toEqual(makePlan(options))
})

test('a longer plan begins as the shorter one of its seed', () => {
  expect(makePlan(options).slice(0, 12)).toEqual(makePlan({ ...options, count: 12 }))
})

test('200 faults are of every kind and meet every notifier and every receiver', () => {
  const plan = makePlan(options)
  expect(plan).toHaveLength(200)
  expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(faultKinds))
  const receivers = Array.from({ length: 8 }, (_, index) => `receiver ${index}`)
  const all = ['api', 'notifier 0', 'notifier 1', 'redis', 'postgres', 'readers', ...receivers]
  expect(new Set(plan.map(({ target }) => target))).toEqual(new Set(all))
})

test('without a Redis of its own nothing is done to one', () => {
  const plan = makePlan({ ...options, redis: false })
  expect(plan.filter(({ target }) => target === 'redis')).toEqual([])
  expect(plan).toHaveLength(200)
})

test('only receivers with a name have their name changed', () => {
  const named = makePlan(options).filter(({ kind }) => kind === 'rebind' || kind === 'lose-names')
  expect(named.length).toBeGreaterThan(1)
  expect(named.every(({ index }) => index < 2)).toBe(true)
})
