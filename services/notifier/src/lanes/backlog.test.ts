import type { ClaimedDelivery } from '@renkei/db'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeSlots, type Slots } from '../deliver/slots.ts'
import { type Backlog, makeBacklog } from './backlog.ts'

const delivery = (seq: number, subscriptionId = `s${seq}`) =>
  ({ seq, subscriptionId }) as ClaimedDelivery

let slots: Slots
let begun: number[]
let refused: number[]
let backlog: Backlog

beforeEach(() => {
  slots = makeSlots(2, 1, new Map())
  begun = []
  refused = []
  backlog = makeBacklog({
    slots,
    backlogMax: 4,
    begin: ({ seq }) => void begun.push(seq),
    refuse: (deliveries) => void refused.push(...deliveries.map(({ seq }) => seq)),
  })
})

describe('a backlog', () => {
  it('begins in order, and the next one when a slot comes free', () => {
    backlog.add([delivery(1), delivery(2), delivery(3)])
    expect(begun).toEqual([1, 2])
    slots.give('s1', true)
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
    const asking = backlog.whenRoom().then(() => (asked = true))
    await Promise.resolve()
    expect(asked).toBe(false)
    slots.give('s1', true)
    backlog.proceed()
    await asking
    expect(backlog.room()).toBe(2)
  })

  it('hands over what has not begun', () => {
    backlog.add([delivery(1), delivery(2), delivery(3)])
    expect(backlog.empty().map(({ seq }) => seq)).toEqual([3])
    slots.give('s1', true)
    backlog.proceed()
    expect(begun).toEqual([1, 2])
  })
})
