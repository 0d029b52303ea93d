// The hearing side, used by whoever does the work: one BullMQ worker per lane, whose handler only
// passes the ring on. Of several listeners on one store any one hears a given bell.

import { keepOpen } from './keep-open.ts'
import { type Lane, lanes } from './lanes.ts'
import { outageLog } from './outage.ts'
import { openHearSession } from './session.ts'
import { type BellLog, type BellStore, holdStore } from './store.ts'

export interface ListenOptions {
  readonly log?: BellLog
}

export interface BellListener {
  /** Resolves once every lane is heard for the first time; rejects if closed before. */
  ready(): Promise<void>
  /** Ends within about 2 seconds, also when the store is gone. */
  close(): Promise<void>
}

/**
 * Calls `onRing` for each bell heard, and once for every lane after each (re)connection, since
 * bells may have been lost before it. Returns at once and never gives up on the store; `onRing`
 * must return at once too, and what it throws is logged and otherwise ignored.
 */
export function listenForBells(
  store: BellStore,
  onRing: (lane: Lane) => void,
  options: ListenOptions = {},
): BellListener {
  const outage = outageLog(options.log, 'hear', store)
  const letGo = holdStore(store)
  const first = Promise.withResolvers<void>()
  first.promise.catch(() => undefined)

  function hear(lane: Lane): void {
    try {
      onRing(lane)
    } catch (error) {
      options.log?.warn({ lane, err: error }, 'bell.handler-failed')
    }
  }

  const kept = keepOpen({
    open: () => openHearSession(store, hear),
    onUp() {
      outage.up()
      for (const lane of lanes) hear(lane)
      first.resolve()
    },
    onDown: (reason) => outage.down(reason),
  })

  async function close(): Promise<void> {
    await kept.close()
    first.reject(new Error('closed before the store was there'))
    letGo()
  }

  return { ready: () => first.promise, close }
}
