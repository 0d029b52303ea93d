import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeHurry } from './hurry.ts'

let parts: number[]
let calms: number
let urgent: () => void

beforeEach(() => {
  vi.useFakeTimers()
  parts = []
  calms = 0
  urgent = makeHurry(
    (part) => void parts.push(part),
    () => void (calms += 1),
  )
})
afterEach(() => void vi.useRealTimers())

test('others have next to nothing while it lasts, and all again a moment after the last step', () => {
  urgent()
  vi.advanceTimersByTime(100)
  urgent()
  vi.advanceTimersByTime(149)
  expect([parts.every((part) => part < 1 / 100), calms]).toEqual([true, 0])
  vi.advanceTimersByTime(1)
  expect([parts.at(-1), calms]).toEqual([1, 1])
})

test('a flood of it leaves others an eighth after two seconds', () => {
  for (let step = 0; step < 21; step += 1) {
    urgent()
    vi.advanceTimersByTime(100)
  }
  expect([parts[19]! < 1 / 100, parts[20], calms]).toEqual([true, 1 / 8, 0])
})
