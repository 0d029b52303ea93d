import { afterEach, describe, expect, it, vi } from 'vitest'
import { newId } from './ids.ts'

afterEach(() => void vi.useRealTimers())

describe('an identifier', () => {
  it('is a UUID of version 7, and greater than those before it', () => {
    const ids = Array.from({ length: 5000 }, newId)
    expect(ids.every((id) => uuidV7.test(id))).toBe(true)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.toSorted()).toEqual(ids)
  })

  it('is greater also when the clock was set back', () => {
    const before = newId()
    vi.useFakeTimers({ now: Date.now() - 60_000 })
    expect(newId() > before).toBe(true)
  })

  it('tells the time of its making', () => {
    vi.useFakeTimers({ now: Date.now() + 60_000 })
    expect(Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16)).toBe(Date.now())
  })
})

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
