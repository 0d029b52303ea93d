import { expect, test } from 'vitest'
import { createNames, type HostAddress } from './names.ts'

const minuteMs = 60_000
const one: readonly HostAddress[] = [{ address: '203.0.113.1', family: 4 }]
const two: readonly HostAddress[] = [{ address: '203.0.113.2', family: 4 }]

// A name server that is told what to answer, and a clock that is told the time.
function makeWorld() {
  const world = {
    nowMs: 0,
    asked: 0,
    answer: one as readonly HostAddress[] | string,
    held: undefined as Promise<void> | undefined,
  }
  const names = createNames({
    nowMs: () => world.nowMs,
    async resolve() {
      world.asked += 1
      await world.held
      if (typeof world.answer !== 'string') return world.answer
      throw Object.assign(new Error('no answer'), { code: world.answer })
    },
  })
  return { world, names }
}

test('asks once for all who ask at the same time, and not again while the answer is fresh', async () => {
  const { world, names } = makeWorld()
  expect(
    await Promise.all([names.addressesOf('a.example'), names.addressesOf('a.example')]),
  ).toEqual([one, one])
  world.nowMs = 29_000
  await names.addressesOf('a.example')
  expect(world.asked).toBe(1)
})

test('serves the last answer while a name server hangs, and the new one when it has come', async () => {
  const { world, names } = makeWorld()
  await names.addressesOf('a.example')
  const { promise, resolve: release } = Promise.withResolvers<void>()
  Object.assign(world, { nowMs: 10 * minuteMs, answer: two, held: promise })
  expect(await names.addressesOf('a.example')).toBe(one)
  expect(await names.addressesOf('a.example')).toBe(one)
  expect(world.asked).toBe(2)
  release()
  await promise
  await expect.poll(() => names.addressesOf('a.example')).toBe(two)
})

test('waits for a new answer once the addresses have not served, and falls back on the old', async () => {
  const { world, names } = makeWorld()
  await names.addressesOf('a.example')
  names.distrust('a.example')
  world.answer = 'EAI_AGAIN'
  expect(await names.addressesOf('a.example')).toBe(one)
  world.answer = two
  expect(await names.addressesOf('a.example')).toBe(two)
  expect(world.asked).toBe(3)
})

test('waits for a new answer when the last one is older than an hour', async () => {
  const { world, names } = makeWorld()
  await names.addressesOf('a.example')
  Object.assign(world, { nowMs: 61 * minuteMs, answer: two })
  expect(await names.addressesOf('a.example')).toBe(two)
})

test('forgets a name that is gone, and an answer older than a day', async () => {
  const { world, names } = makeWorld()
  await names.addressesOf('a.example')
  names.distrust('a.example')
  world.answer = 'ENOTFOUND'
  await expect(names.addressesOf('a.example')).rejects.toThrow()
  world.answer = 'EAI_AGAIN'
  await expect(names.addressesOf('a.example')).rejects.toThrow()
  world.answer = one
  await names.addressesOf('a.example')
  Object.assign(world, { nowMs: 25 * 60 * minuteMs, answer: 'EAI_AGAIN' })
  await expect(names.addressesOf('a.example')).rejects.toThrow()
})
