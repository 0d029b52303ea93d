// All lanes of a notifier. They share one pool of slots, and what one sets free is another's to take:
// the most urgent is asked first.

import { type Lane, lanes } from '@renkei/bell'
import type { Db } from '@renkei/db'
import { makeSlotPool, type SlotLimits } from '../deliver/slots.ts'
import { makeHurry } from './hurry.ts'
import { type LaneDeps, makeLaneRunner } from './lane-runner.ts'

export interface LaneSet {
  readonly wake: (lane: Lane) => void
  /** Has every lane look for what is under our name but never came here. */
  readonly recover: () => void
  /** Sends under way in each lane, and those that have stalled. */
  inFlight(): Record<string, number>
  stop(): Promise<void>
}

type SharedDeps = Omit<LaneDeps, 'lane' | 'slots' | 'full' | 'onSlotFree' | 'onHurry'>

/** Makes the lanes; none looks for work until it is woken. Level 4 has database connections of its own. */
export function makeLaneSet(
  deps: SharedDeps & { readonly urgentDb: Db },
  limits: SlotLimits,
): LaneSet {
  const proceedAll = () => {
    for (const { runner } of made) runner.proceed()
  }
  const pool = makeSlotPool(limits, proceedAll)
  const hurry = makeHurry(pool.hurry, proceedAll)
  const made = lanes.map((lane) => {
    const slots = pool.lane(lane)
    const urgent = lane === 'level4'
    const runner = makeLaneRunner({
      ...deps,
      db: urgent ? deps.urgentDb : deps.db,
      lane,
      slots,
      full: () => pool.full(lane),
      onSlotFree: proceedAll,
      onHurry: urgent ? hurry : () => undefined,
    })
    return { lane, slots, runner }
  })
  const runners = new Map(made.map(({ lane, runner }) => [lane, runner]))
  return {
    wake: (lane) => runners.get(lane)?.wake(),
    recover() {
      for (const runner of runners.values()) runner.recover()
    },
    inFlight: () => ({
      ...Object.fromEntries(made.map(({ lane, slots }) => [lane, slots.inFlight()])),
      stalled: pool.stalled(),
    }),
    async stop() {
      await Promise.all(made.map(({ runner }) => runner.stop()))
    },
  }
}
