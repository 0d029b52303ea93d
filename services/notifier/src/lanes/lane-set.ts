// All lanes of a notifier. Each has slots of its own; what is in flight to an endpoint counts in all.

import { type Lane, lanes } from '@renkei/bell'
import { type EndpointLoad, makeSlots } from '../deliver/slots.ts'
import { type LaneDeps, makeLaneRunner } from './lane-runner.ts'

export interface LaneSet {
  readonly wake: (lane: Lane) => void
  /** Has every lane look for what is under our name but never came here. */
  readonly recover: () => void
  /** Sends under way in each lane. */
  inFlight(): Record<string, number>
  stop(): Promise<void>
}

/** Makes the lanes, with `laneSlots` slots each; none looks for work until it is woken. */
export function makeLaneSet(deps: Omit<LaneDeps, 'lane' | 'slots'>, laneSlots: number): LaneSet {
  const endpoints = new Map<string, EndpointLoad>()
  const made = lanes.map((lane) => {
    const slots = makeSlots(laneSlots, deps.endpointInFlightMax, endpoints)
    return { lane, slots, runner: makeLaneRunner({ ...deps, lane, slots }) }
  })
  const runners = new Map(made.map(({ lane, runner }) => [lane, runner]))
  return {
    wake: (lane) => runners.get(lane)?.wake(),
    recover() {
      for (const runner of runners.values()) runner.recover()
    },
    inFlight: () => Object.fromEntries(made.map(({ lane, slots }) => [lane, slots.inFlight()])),
    async stop() {
      await Promise.all(made.map(({ runner }) => runner.stop()))
    },
  }
}
