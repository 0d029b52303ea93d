import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { every } from './every.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('works at once, and again a pause after the end of the last run', async () => {
  let runs = 0
  let finish = () => {}
  const loop = every(100, () => {
    runs += 1
    return new Promise((resolve) => (finish = resolve))
  })
  expect(runs).toBe(1)
  await vi.advanceTimersByTimeAsync(1000)
  expect(runs).toBe(1)
  finish()
  await vi.advanceTimersByTimeAsync(99)
  expect(runs).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(runs).toBe(2)
  finish()
  await loop.stop()
})

test('a stop cuts the pause short', async () => {
  let runs = 0
  const loop = every(3_600_000, async () => void (runs += 1))
  await vi.advanceTimersByTimeAsync(1)
  await loop.stop()
  expect(runs).toBe(1)
})

test('a stop during a run waits for its end and for no pause', async () => {
  let finish = () => {}
  const loop = every(3_600_000, () => new Promise((resolve) => (finish = resolve)))
  let stopped = false
  const stopping = loop.stop().then(() => (stopped = true))
  await vi.advanceTimersByTimeAsync(1000)
  expect(stopped).toBe(false)
  finish()
  await stopping
  expect(stopped).toBe(true)
})
