import { expect, test } from 'vitest'
import { makeSharedClock } from './shared-clock.ts'

const dayMs = 86_400_000

test.each([0, 31 * dayMs, -6 * dayMs, 600_000])(
  'a clock that is %d ms ahead tells the shared time',
  async (aheadMs) => {
    const own = { now: () => new Date(1_000_000_000_000 + aheadMs) }
    const clock = await makeSharedClock(own, () => Promise.resolve(new Date(1_000_000_000_000)))
    expect(clock.now().getTime()).toBe(1_000_000_000_000)
  },
)

test('a clock that is set right meanwhile is followed at the next look', async () => {
  let own = 5000
  const clock = await makeSharedClock({ now: () => new Date(own) }, () =>
    Promise.resolve(new Date(1000)),
  )
  own = 1000
  await clock.sync()
  expect(clock.now().getTime()).toBe(1000)
})
