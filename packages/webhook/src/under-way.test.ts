import { expect, test } from 'vitest'
import { createUnderWay } from './under-way.ts'

test('is idle when the last of what is under way has ended', async () => {
  const underWay = createUnderWay()
  await underWay.idle(60_000)
  underWay.begin()
  underWay.begin()
  let idle = false
  const waiting = underWay.idle(60_000).then(() => (idle = true))
  underWay.end()
  await Promise.resolve()
  expect(idle).toBe(false)
  underWay.end()
  await waiting
})

test('does not wait for longer than it is told', async () => {
  const underWay = createUnderWay()
  underWay.begin()
  await underWay.idle(1)
})
