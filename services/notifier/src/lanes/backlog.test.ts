import type { ClaimedDelivery } from '@renkei/db'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeSlotPool, type Slot, type Slots } from '../deliver/slots.ts'
import { type Backlog, makeBacklog } from './backlog.ts'

const delivery = (seq: number, subscriptionId = `s${seq}`) =>
  ({ seq, subscriptionId, organisationId: `o ${subscriptionId}` }) as ClaimedDelivery

let slots: Slots
let begun: number[]
let held: Map<number, Slot>
let refused: number[]
let returned: number[]
let backlog: Backlog

afterEach(() => void vi.useRealTimers())
beforeEach(() => {
  vi.useFakeTimers()
  // Five eighths of four: two.
  const limits = {
    slotsMax: 4,
    endpointMax: 1,
    organisationPercent: 100,
    stalledAfterMs: 60_000,
  }
  slots = makeSlotPool(limits, () => undefined).lane('level0to2')
  begun = []
  held = new Map()
  refused = []
  returned = []
  backlog = makeBacklog({
    slots,
    backlogMax: 4,
    begin: ({ seq }, slot) => {
      begun.push(seq)
      held.set(seq, slot)
    },
    refuse: (deliveries) => void refused.push(...deliveries.map(({ seq }) => seq)),
    putBack: (deliveries) => void returned.push(...deliveries.map(({ seq }) => seq)),
  })
})

describe('a backlog', () => {
  it('begins in order, and the next one when a slot comes free', () => {
    backlog.add([delivery(1), delivery(2), delivery(3)])
    expect(begun).toEqual([1, 2])
    held.get(1)!.give(true)
    backlog.proceed()
    expect(begun).toEqual([1, 2, 3])
  })

  it('passes over what its endpoint has no room for', () => {
    backlog.add([delivery(1, 'same'), delivery(2, 'same'), delivery(3)])
    expect(begun).toEqual([1, 3])
    expect(refused).toEqual([2])
  })

  it('asks for more only when half of it is free', async () => {
    backlog.add([1, 2, 3, 4, 5].map((seq) => delivery(seq)))
    expect(backlog.room()).toBe(1)
    let asked = false
    const asking = backlog.whenReady().then(() => (asked = true))
    await Promise.resolve()
    expect(asked).toBe(false)
    held.get(1)!.give(true)
    backlog.proceed()
    await asking
    expect(backlog.room()).toBe(2)
  })

  it('ends a wait when told to, ready or not', async () => {
    backlog.add([1, 2, 3, 4, 5].map((seq) => delivery(seq)))
    const waiting = backlog.whenReady()
    backlog.interrupt()
    await waiting
    expect(backlog.isReady()).toBe(false)
  })

  it('hands over what has not begun', () => {
    backlog.add([delivery(1), delivery(2), delivery(3)])
    expect(backlog.empty().map(({ seq }) => seq)).toEqual([3])
    held.get(1)!.give(true)
    backlog.proceed()
    expect(begun).toEqual([1, 2])
  })

  it('puts back what finds no slot in time, and only that', async () => {
    backlog.add([delivery(1), delivery(2), delivery(3)])
    await vi.advanceTimersByTimeAsync(150)
    backlog.add([delivery(4)])
    await vi.advanceTimersByTimeAsync(50)
    expect(returned).toEqual([3])
    await vi.advanceTimersByTimeAsync(150)
    expect([begun, returned]).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('claims nothing ahead while slots do not come free, and again once they do', async () => {
    for (let seq = 1; backlog.room() > 0; seq += 1) {
      backlog.add([delivery(seq)])
      await vi.advanceTimersByTimeAsync(200)
    }
    expect(begun).toEqual([1, 2])
    held.get(1)!.give(true)
    held.get(2)!.give(true)
    expect(backlog.room()).toBe(2)
    for (const seq of [11, 12, 13]) {
      backlog.add([delivery(seq)])
      held.get(seq)!.give(true)
    }
    expect(backlog.room()).toBe(4)
  })

  it('claims ahead as before while all begin in time', async () => {
    for (let round = 0; round < 20; round += 1) {
      backlog.add([delivery(round * 2), delivery(round * 2 + 1)])
      await vi.advanceTimersByTimeAsync(100)
      held.get(round * 2)!.give(true)
      held.get(round * 2 + 1)!.give(true)
      backlog.proceed()
    }
    expect([returned, backlog.room()]).toEqual([[], 4])
  })
})
