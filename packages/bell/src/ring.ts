// The ringing side, used by whoever has just committed work: says "there is work in lane L". The
// work itself is a row; a bell that gets lost costs the time until the next sweep.

import { setTimeout as sleep } from 'node:timers/promises'
import { coalesceRings, type RingCounters } from './coalesce.ts'
import { waitAtMost } from './deadline.ts'
import { keepOpen } from './keep-open.ts'
import { type Lane, lanes } from './lanes.ts'
import { outageLog } from './outage.ts'
import { timing } from './queues.ts'
import { openRingSession } from './session.ts'
import { type BellLog, type BellStore, holdStore } from './store.ts'

export interface BellOptions {
  readonly log?: BellLog
  /** How long the store may take for one bell before it counts as down; 500 ms if not given. */
  readonly addTimeoutMs?: number
}

export interface Bell {
  /** Never throws and never waits; before the store is there, or while it is gone, it remembers. */
  ring(lane: Lane): void
  ringAll(): void
  /** Whether the store took bells when last seen; `down` until the first connection. */
  state(): 'up' | 'down'
  readonly counters: Readonly<RingCounters>
  /** Sends what is still to be rung if the store is there, and ends within 4 seconds. */
  close(): Promise<void>
}

/**
 * Opens the ringing side and returns at once; it connects, and after an outage connects again, by
 * itself, and then rings each lane that was rung meanwhile. Refuses nothing: a store that is absent
 * shows in `state()`, in `counters.failed` and as one warning.
 */
export function openBell(store: BellStore, options: BellOptions = {}): Bell {
  const addTimeoutMs = options.addTimeoutMs ?? timing.addTimeoutMs
  const outage = outageLog(options.log, 'ring', store)
  const letGo = holdStore(store)
  const coalescer = coalesceRings(() => sleep(timing.gapMs))
  let state: 'up' | 'down' = 'down'

  function unheard(lane: Lane, waiting: number): void {
    options.log?.warn({ lane, waiting }, 'bell.unheard')
  }

  const kept = keepOpen({
    open: () => openRingSession({ store, addTimeoutMs, unheard }),
    onUp(session) {
      state = 'up'
      outage.up()
      coalescer.use(session.add)
    },
    onDown(reason) {
      state = 'down'
      outage.down(reason)
      coalescer.use(undefined)
    },
  })

  async function close(): Promise<void> {
    await waitAtMost(coalescer.settled(), timing.closeTimeoutMs)
    coalescer.use(undefined)
    await kept.close()
    state = 'down'
    letGo()
  }

  return {
    ring: (lane) => coalescer.ring(lane),
    ringAll: () => lanes.forEach((lane) => coalescer.ring(lane)),
    state: () => state,
    counters: coalescer.counters,
    close,
  }
}
