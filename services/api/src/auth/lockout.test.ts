// The counters take their time from the system's clock, which stands still here until told.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Attempt, type Lockout, makeLockout } from './lockout.ts'

const settings = { failuresMax: 5, lockSeconds: 60, lockSecondsMax: 300, sourcesMax: 100 }
const keyId = '0123456789abcdef'
const attempt = (source: string, proof = 'wrong', id: string | null = keyId): Attempt => ({
  source,
  keyId: id ?? undefined,
  proof,
})

let lockout: Lockout

beforeEach(() => {
  vi.useFakeTimers()
  lockout = makeLockout(settings)
})
afterEach(() => vi.useRealTimers())

async function fail(source: string, times: number, id: string | null = keyId): Promise<void> {
  for (let time = 0; time < times; time += 1) await lockout.failed(attempt(source, 'wrong', id))
}

describe('a source that fails', () => {
  test('is looked at up to the limit, and waits from there on', async () => {
    await fail('a', settings.failuresMax - 1)
    expect(await lockout.secondsLeft(attempt('a'))).toBe(0)
    await fail('a', 1)
    expect(await lockout.secondsLeft(attempt('a'))).toBe(60)
    vi.advanceTimersByTime(59_000)
    expect(await lockout.secondsLeft(attempt('a'))).toBe(1)
    vi.advanceTimersByTime(1000)
    expect(await lockout.secondsLeft(attempt('a'))).toBe(0)
  })

  test('waits twice as long each further time, up to the limit', async () => {
    const waits: number[] = []
    for (let time = 0; time < 5; time += 1) {
      await fail('a', settings.failuresMax)
      const seconds = await lockout.secondsLeft(attempt('a'))
      waits.push(seconds)
      vi.advanceTimersByTime(seconds * 1000)
    }
    expect(waits).toEqual([60, 120, 240, 300, 300])
  })

  test('now and then is not locked', async () => {
    for (let minute = 0; minute < 10; minute += 1) {
      await fail('a', settings.failuresMax - 1)
      vi.advanceTimersByTime(61_000)
    }
    expect(await lockout.secondsLeft(attempt('a'))).toBe(0)
  })

  test('with what is no key at all is locked too', async () => {
    await fail('a', settings.failuresMax, null)
    expect(await lockout.secondsLeft(attempt('a'))).toBe(60)
  })

  test('does not keep another source from using the same key', async () => {
    await fail('a', 1000)
    expect(await lockout.secondsLeft(attempt('b', 'right'))).toBe(0)
  })
})

describe('a key that has worked from a source', () => {
  beforeEach(async () => {
    lockout.succeeded(attempt('a', 'right'))
    await fail('a', settings.failuresMax)
  })

  test('goes on working from there while others from there are locked', async () => {
    expect(await lockout.secondsLeft(attempt('a', 'right'))).toBe(0)
    expect(await lockout.secondsLeft(attempt('a', 'guess'))).toBe(60)
  })

  test('is locked like any other once it has ended', async () => {
    lockout.ended(attempt('a', 'right'))
    expect(await lockout.secondsLeft(attempt('a', 'right'))).toBe(60)
  })
})

describe('a key that many sources guess at', () => {
  beforeEach(async () => {
    for (let n = 0; n < settings.failuresMax; n += 1) await fail(`bot ${n}`, 1)
  })

  test('gives each further source one try', async () => {
    expect(await lockout.secondsLeft(attempt('bot new'))).toBe(0)
    await fail('bot new', 1)
    expect(await lockout.secondsLeft(attempt('bot new'))).toBe(60)
    expect(await lockout.secondsLeft(attempt('bot new', 'x', 'fedcba9876543210'))).toBe(0)
  })

  test('works from its own address, known or new', async () => {
    expect(await lockout.secondsLeft(attempt('noc', 'right'))).toBe(0)
  })
})

test('a flood of sources is forgotten from its oldest on, and locks nobody else', async () => {
  await fail('first', settings.failuresMax)
  for (let n = 0; n < settings.sourcesMax + 1; n += 1) {
    await fail(`flood ${n}`, settings.failuresMax, null)
  }
  expect(await lockout.secondsLeft(attempt('first'))).toBe(0)
  expect(await lockout.secondsLeft(attempt('noc', 'right'))).toBe(0)
  expect(await lockout.secondsLeft(attempt(`flood ${settings.sourcesMax}`))).toBe(60)
})
